import { z } from "zod";

/** A resource whose creation was cut off: it may or may not exist now. */
export interface PendingCreate {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Finds out whether what a pending create was to make exists, and under which ID the provider would import it.
 * `undefined` means that it is not there, or that creating it again does no harm.
 */
export type ExistingResourceFinder = (pending: PendingCreate) => Promise<string | undefined>;

export interface RecoveryPlan {
  /** Found at the service: the engine takes them over by ID. */
  readonly imports: readonly { readonly urn: string; readonly id: string }[];
  /** Not found, or safe to repeat: the engine forgets them and creates them again. */
  readonly repeats: readonly string[];
}

const exportedStack = z.object({
  deployment: z
    .object({
      pending_operations: z
        .array(
          z.object({
            type: z.string(),
            resource: z.object({
              urn: z.string(),
              type: z.string(),
              inputs: z.record(z.string(), z.unknown()).optional(),
            }),
          }),
        )
        .nullish(),
    })
    .nullable(),
});

/**
 * The pending creates in what `pulumi stack export` prints: those that were under way when the CLI itself was killed.
 * Other pending operations need nothing from us.
 */
export function pendingCreates(exported: string): PendingCreate[] {
  const operations = exportedStack.parse(JSON.parse(exported)).deployment?.pending_operations ?? [];
  return operations
    .filter((operation) => operation.type === "creating")
    .map(({ resource }) => ({ urn: resource.urn, type: resource.type, inputs: resource.inputs ?? {} }));
}

/** Decides for each pending create whether it is taken over or made again. */
export async function planRecovery(
  creates: readonly PendingCreate[],
  findersByType: Readonly<Record<string, ExistingResourceFinder>>,
): Promise<RecoveryPlan> {
  const found = await Promise.all(
    creates.map(async (pending) => ({
      urn: pending.urn,
      id: await findersByType[pending.type]?.(pending),
    })),
  );
  return {
    imports: found.flatMap(({ urn, id }) => (id === undefined ? [] : [{ urn, id }])),
    repeats: found.filter(({ id }) => id === undefined).map(({ urn }) => urn),
  };
}

/** The `pulumi refresh` arguments that carry a plan out. */
export function recoveryArguments(plan: RecoveryPlan): string[] {
  return [
    "--clear-pending-creates",
    ...plan.imports.flatMap(({ urn, id }) => [
      "--import-pending-creates",
      urn,
      "--import-pending-creates",
      id,
    ]),
  ];
}
