import { z } from "zod";
import type { ExistingResourceFinder, PendingCreate } from "./plan";

/**
 * A resource that the program wants, the state does not know, and the service has: a provider was killed after the
 * service had done its work and before it could say so. The engine keeps no pending operation then.
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

/** The creates of a type that has a finder, in what `pulumi preview --json` prints. */
export function plannedCreates(previewJson: string, types: readonly string[]): LostCreate[] {
  const steps = preview.parse(JSON.parse(previewJson)).steps ?? [];
  return steps.flatMap(({ op, urn, newState }) => {
    if (op !== "create" || newState?.provider === undefined || !types.includes(newState.type)) return [];
    const { type, inputs = {}, parent, provider } = newState;
    return [{ urn, type, inputs, parent, provider }];
  });
}

/** The file for `pulumi import` that takes over those of the creates that exist; undefined where none does. */
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
      // A provider reference is its URN and, behind it, its ID.
      provider: named(create.provider.slice(0, create.provider.lastIndexOf("::"))),
    });
  }
  return resources.length === 0 ? undefined : { nameTable, resources };
}

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);
