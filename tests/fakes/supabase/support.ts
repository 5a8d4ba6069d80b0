import { provider } from "../../../fakes/supabase/provider";
import type { CallContext, DiffResponse } from "../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../plugins/provider-host/values";
import { accessToken } from "../../emulators/managementApi/support";

export const context: CallContext = { signal: new AbortController().signal, log: () => {} };

export async function configure(endpoint: string): Promise<void> {
  await provider.configure?.({ endpoint, accessToken }, context);
}

/** The engine's record of one resource. */
export interface Resource {
  type: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

const urn = (type: string) => `urn:pulumi:local::thorbis-supabase::${type}::it`;

export async function check(type: string, inputs: PropertyMap) {
  return await provider.check(
    { urn: urn(type), type, name: "it", oldInputs: {}, inputs, randomSeed: new Uint8Array(32) },
    context,
  );
}

/** Checks and creates, like an up. */
export async function create(type: string, given: PropertyMap): Promise<Resource> {
  const { inputs, failures = [] } = await check(type, given);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  const request = { urn: urn(type), type, name: "it", inputs, preview: false, timeoutSeconds: 60 };
  const { id, outputs } = await provider.create(request, context);
  return { type, id, inputs, outputs };
}

export async function diff(resource: Resource, change: PropertyMap = {}): Promise<DiffResponse> {
  const { inputs } = await check(resource.type, { ...resource.inputs, ...change });
  return await provider.diff(
    {
      urn: urn(resource.type),
      type: resource.type,
      id: resource.id,
      oldInputs: resource.inputs,
      oldOutputs: resource.outputs,
      inputs,
      ignoreChanges: [],
    },
    context,
  );
}

/** Returns the property paths of a diff with the kind of change. */
export async function changes(resource: Resource, change: PropertyMap = {}): Promise<Record<string, string>> {
  const { detailed = {} } = await diff(resource, change);
  return Object.fromEntries(Object.entries(detailed).map(([path, { kind }]) => [path, kind]));
}

/** Returns the resource as a refresh reads it; undefined if it is gone. */
export async function refresh(resource: Resource): Promise<Resource | undefined> {
  const { type, id, inputs, outputs } = resource;
  const found = await provider.read({ urn: urn(type), type, id, inputs, outputs }, context);
  // The program's inputs stay the same.
  return found && { type, id: found.id, inputs, outputs: found.outputs };
}

export async function update(resource: Resource, change: PropertyMap = {}): Promise<Resource> {
  const { type, id } = resource;
  const { inputs } = await check(type, { ...resource.inputs, ...change });
  const { outputs } = await provider.update(
    {
      urn: urn(type),
      type,
      id,
      oldInputs: resource.inputs,
      oldOutputs: resource.outputs,
      inputs,
      ignoreChanges: [],
      preview: false,
      timeoutSeconds: 60,
    },
    context,
  );
  return { type, id, inputs, outputs };
}

export async function remove({ type, id, inputs, outputs }: Resource): Promise<void> {
  await provider.delete({ urn: urn(type), type, id, inputs, outputs, timeoutSeconds: 60 }, context);
}

export async function importById(type: string, id: string) {
  return await provider.read({ urn: urn(type), type, id, inputs: {}, outputs: {} }, context);
}
