import * as z from "zod";

/** A resource whose creation was interrupted. It may or may not exist. */
export interface PendingCreate {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Finds whether the resource of a pending create exists, and under which ID the provider would import it. Returns
 * `undefined` if it does not exist, or if creating it again does no harm.
 */
export type ExistingResourceFinder = (pending: PendingCreate) => Promise<string | undefined>;

export interface RecoveryPlan {
  /** Existing resources, which the engine imports by ID. */
  readonly imports: readonly { readonly urn: string; readonly id: string }[];
  /**
   * Resources that do not exist, or are safe to create again. The engine removes their pending operation and creates them
   * again.
   */
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
 * Returns the pending creates from the output of `pulumi stack export`: those that were running when the CLI was
 * killed. Other pending operations need no action.
 */
export function pendingCreates(exported: string): PendingCreate[] {
  const operations = exportedStack.parse(JSON.parse(exported)).deployment?.pending_operations ?? [];
  return operations
    .filter((operation) => operation.type === "creating")
    .map(({ resource }) => ({ urn: resource.urn, type: resource.type, inputs: resource.inputs ?? {} }));
}

/** Decides for each pending create whether the resource is imported or recreated. */
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

/** Returns the `pulumi refresh` arguments for a plan. */
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
