import { expect } from "vitest";
import { standIn } from "../../../fakes/engine/standIn";
import { postgresql } from "../../../fakes/postgresql/table";
import type { CallContext } from "../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../plugins/provider-host/values";

export const context: CallContext = { signal: new AbortController().signal, log: () => {} };
const tokens = {
  Role: "postgresql:index/role:Role",
  Extension: "postgresql:index/extension:Extension",
  Schema: "postgresql:index/schema:Schema",
  GrantRole: "postgresql:index/grantRole:GrantRole",
};
export type Kind = keyof typeof tokens;
/** A resource as the engine keeps it in the state. */
export interface Made {
  readonly kind: Kind;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** The provider under test, called as the engine calls it. */
export const provider = standIn(postgresql);

export const identify = (kind: Kind) => ({
  urn: `urn:pulumi:local::p::${tokens[kind]}::it`,
  type: tokens[kind],
});

export async function check(kind: Kind, inputs: PropertyMap): Promise<PropertyMap> {
  const request = { ...identify(kind), name: "it", oldInputs: {}, inputs, randomSeed: new Uint8Array() };
  const checked = await provider.check(request, context);
  expect(checked.failures).toEqual([]);
  return checked.inputs;
}

export async function create(kind: Kind, given: PropertyMap): Promise<Made> {
  const inputs = await check(kind, given);
  const request = { ...identify(kind), name: "it", inputs, preview: false, timeoutSeconds: 0 };
  return { kind, inputs, ...(await provider.create(request, context)) };
}

export async function diff(made: Made, inputs: PropertyMap): Promise<Record<string, string>> {
  const request = { ...identify(made.kind), id: made.id, inputs, ignoreChanges: [] };
  const found = await provider.diff(
    { ...request, oldInputs: made.inputs, oldOutputs: made.outputs },
    context,
  );
  return Object.fromEntries(Object.entries(found.detailed ?? {}).map(([path, { kind }]) => [path, kind]));
}

/** Returns what a refresh reports: nothing, that the resource is gone, or the differing properties. */
export async function drift(made: Made): Promise<Record<string, string> | "gone"> {
  const read = await provider.read({ ...identify(made.kind), ...made }, context);
  return read === undefined ? "gone" : diff({ kind: made.kind, ...read }, made.inputs);
}

export async function update(made: Made, given: PropertyMap): Promise<Made> {
  const inputs = await check(made.kind, given);
  const request = {
    ...identify(made.kind),
    id: made.id,
    inputs,
    ignoreChanges: [],
    preview: false,
    timeoutSeconds: 0,
  };
  const { outputs } = await provider.update(
    { ...request, oldInputs: made.inputs, oldOutputs: made.outputs },
    context,
  );
  return { ...made, inputs, outputs };
}

export async function remove(made: Made): Promise<void> {
  await provider.delete({ ...identify(made.kind), ...made, timeoutSeconds: 0 }, context);
}
