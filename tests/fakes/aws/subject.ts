import { expect } from "vitest";
import { aws } from "../../../fakes/aws/table";
import { standIn } from "../../../fakes/engine/standIn";
import type { CallContext } from "../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../plugins/provider-host/values";

export const context: CallContext = { signal: new AbortController().signal, log: () => {} };

export interface Made {
  readonly token: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** Calls the stand-in like the engine. */
export const provider = standIn(aws);

const identify = (token: string) => ({ urn: `urn:pulumi:local::p::${token}::it`, type: token });

export async function check(token: string, inputs: PropertyMap): Promise<PropertyMap> {
  const request = { ...identify(token), name: "it", oldInputs: {}, inputs, randomSeed: new Uint8Array() };
  const checked = await provider.check(request, context);
  expect(checked.failures).toEqual([]);
  return checked.inputs;
}

export async function create(token: string, given: PropertyMap): Promise<Made> {
  const inputs = await check(token, given);
  const request = { ...identify(token), name: "it", inputs, preview: false, timeoutSeconds: 0 };
  return { token, inputs, ...(await provider.create(request, context)) };
}

export async function diff(made: Made, inputs: PropertyMap): Promise<Record<string, string>> {
  const found = await provider.diff(
    {
      ...identify(made.token),
      id: made.id,
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      inputs,
      ignoreChanges: [],
    },
    context,
  );
  return Object.fromEntries(Object.entries(found.detailed ?? {}).map(([path, { kind }]) => [path, kind]));
}

/** Returns the current state, as a refresh would store it; undefined if the resource is gone. */
export async function refreshed(made: Made): Promise<Made | undefined> {
  const read = await provider.read({ ...identify(made.token), ...made }, context);
  return read && { token: made.token, ...read };
}

/** Returns what a refresh reports: nothing, that the resource is gone, or the differing properties. */
export async function drift(made: Made): Promise<Record<string, string> | "gone"> {
  const now = await refreshed(made);
  return now === undefined ? "gone" : await diff(now, made.inputs);
}

/** Runs the update of an up after a refresh: from the state that was read to the program's inputs. */
export async function repair(made: Made): Promise<Made> {
  const now = await refreshed(made);
  if (now === undefined) return await create(made.token, made.inputs);
  return await update(now, made.inputs);
}

export async function update(made: Made, given: PropertyMap): Promise<Made> {
  const inputs = await check(made.token, given);
  const { outputs } = await provider.update(
    {
      ...identify(made.token),
      id: made.id,
      oldInputs: made.inputs,
      oldOutputs: made.outputs,
      inputs,
      ignoreChanges: [],
      preview: false,
      timeoutSeconds: 0,
    },
    context,
  );
  return { ...made, inputs, outputs };
}

export async function imported(made: Made): Promise<PropertyMap | undefined> {
  const read = await provider.read(
    { ...identify(made.token), id: made.id, inputs: {}, outputs: {} },
    context,
  );
  return read?.inputs;
}

export async function remove(made: Made): Promise<void> {
  await provider.delete({ ...identify(made.token), ...made, timeoutSeconds: 0 }, context);
}
