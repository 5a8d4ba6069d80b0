import { describe, expect, test } from "vitest";
import { aws } from "../../fakes/aws/table";
import { standIn } from "../../fakes/engine/standIn";
import type { AnyResource, Table } from "../../fakes/engine/table";
import { postgresql } from "../../fakes/postgresql/table";
import { table as supabase } from "../../fakes/supabase/table";
import type { CallContext } from "../../plugins/provider-host/provider";
import { unknown } from "../../plugins/provider-host/values";

const context: CallContext = { signal: new AbortController().signal, log: () => {} };

/** Returns the stand-in of a table with a fake service that has one resource, "made", without other properties. */
function overNothing(table: Table<never>) {
  const hollow = ({ complete: _complete, ...rest }: AnyResource<never>): AnyResource<never> => ({
    ...rest,
    create: async () => ({ id: "made" }),
    read: async () => ({ state: {} }),
    update: async () => {},
    delete: async () => {},
  });
  const resources = Object.entries(table.resources).map(([type, resource]) => [type, hollow(resource)]);
  return standIn({
    ...table,
    config: {},
    verify: undefined,
    connect: () => undefined as never,
    resources: Object.fromEntries(resources),
  } as unknown as Table<unknown>);
}

const tables = [aws, postgresql, supabase] as unknown as Table<never>[];
const types = tables.flatMap((table) => Object.keys(table.resources).map((type) => ({ type, table })));

// The official plugins find a resource by this copy of its id, so they cannot use a state without it.
describe.each(types)("$type", ({ type, table }) => {
  const urn = `urn:pulumi:local::p::${type}::it`;
  const provider = overNothing(table);
  const creation = { urn, type, name: "it", inputs: {}, timeoutSeconds: 0 };
  const change = { urn, type, id: "made", oldInputs: {}, inputs: {}, ignoreChanges: [], timeoutSeconds: 0 };

  test("has no input named id", () => {
    expect(table.resources[type]?.inputs.id).toBeUndefined();
  });

  test("keeps its id among the outputs after every operation", async () => {
    await provider.configure?.({}, context);

    const previewed = await provider.create({ ...creation, preview: true }, context);
    expect(previewed.outputs.id).toBe(unknown);
    const made = await provider.create({ ...creation, preview: false }, context);
    expect(made.outputs.id).toBe("made");
    const imported = await provider.read({ urn, type, id: "made", inputs: {}, outputs: {} }, context);
    expect(imported?.outputs.id).toBe("made");
    // A state of an earlier version of the stand-in lacks it. Any deployment adds it.
    const refreshed = await provider.read(
      { urn, type, id: "made", inputs: {}, outputs: { known: 1 } },
      context,
    );
    expect(refreshed?.outputs).toMatchObject({ id: "made", known: 1 });
    for (const preview of [true, false]) {
      const updated = await provider.update({ ...change, oldOutputs: { known: 1 }, preview }, context);
      expect(updated.outputs.id).toBe("made");
    }
  });
});
