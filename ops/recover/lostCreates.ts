import * as z from "zod";
import type { ExistingResourceFinder, PendingCreate } from "./plan";

/**
 * A resource that the program declares and the service has, but the state does not contain: a provider was killed after the
 * service had created it and before the provider could report it. In this case the engine has no pending operation.
 */
export interface LostCreate extends PendingCreate {
  readonly parent: string | undefined;
  readonly provider: string;
}

const preview = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        newState: z
          .object({
            type: z.string(),
            custom: z.boolean().optional(),
            inputs: z.record(z.string(), z.unknown()).optional(),
            parent: z.string().optional(),
            provider: z.string().optional(),
          })
          .optional(),
      }),
    )
    .nullish(),
});

/** Returns the creates with a finder from the output of `pulumi preview --json`. */
export function plannedCreates(previewJson: string, types: readonly string[]): LostCreate[] {
  const steps = preview.parse(JSON.parse(previewJson)).steps ?? [];
  return steps.flatMap(({ op, urn, newState }) => {
    if (op !== "create" || newState?.provider === undefined || !types.includes(newState.type)) return [];
    const { type, inputs = {}, parent, provider } = newState;
    return [{ urn, type, inputs, parent, provider }];
  });
}

/** Returns the file for `pulumi import` with the creates that exist; undefined if none does. */
export async function importFile(
  creates: readonly LostCreate[],
  findersByType: Readonly<Record<string, ExistingResourceFinder>>,
): Promise<object | undefined> {
  const nameTable: Record<string, string> = {};
  const named = (urn: string) => {
    nameTable[nameOf(urn)] = urn;
    return nameOf(urn);
  };
  const resources: object[] = [];
  for (const create of creates) {
    const id = await findersByType[create.type]?.(create);
    if (id === undefined) continue;
    resources.push({
      type: create.type,
      name: nameOf(create.urn),
      id,
      ...(create.parent === undefined ? {} : { parent: named(create.parent) }),
      // A provider reference is its URN followed by its ID.
      provider: named(create.provider.slice(0, create.provider.lastIndexOf("::"))),
    });
  }
  return resources.length === 0 ? undefined : { nameTable, resources };
}

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);
