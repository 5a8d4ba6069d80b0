import { createHash } from "node:crypto";
import { differences, own } from "../../plugins/provider-host/diff";
import type { Provider } from "../../plugins/provider-host/provider";
import { containsUnknown, type PropertyMap, reveal } from "../../plugins/provider-host/values";
import { standIn } from "../engine/standIn";
import { asObjects } from "./client";
import { type FunctionFiles, localChecksum } from "./localFiles";
import { table } from "./table";

/** Outputs that derive from the inputs, so a preview knows them, and a difference in them is a change. */
const planned: Readonly<Record<string, (inputs: PropertyMap) => PropertyMap>> = {
  "supabase:index/edgeFunction:EdgeFunction": (inputs): PropertyMap => {
    const { entrypoint, importMap, staticFiles } = inputs;
    if (containsUnknown([entrypoint ?? null, importMap ?? null, staticFiles ?? null])) return {};
    // The content of a file may change while the input, its path, does not.
    return { localChecksum: localChecksum(reveal(inputs) as unknown as FunctionFiles) };
  },
  "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets": ({ secrets = [] }): PropertyMap => {
    if (containsUnknown(secrets)) return {};
    const digest = (text: string) => createHash("sha256").update(text).digest("hex");
    const pairs = asObjects(reveal(secrets) as never).map(({ name, value }) => [
      String(name),
      digest(String(value)),
    ]);
    return { secretDigests: Object.fromEntries(pairs) };
  },
};

const base = standIn(table);

function plannedOutputs(type: string, inputs: PropertyMap): PropertyMap {
  return planned[type]?.(inputs) ?? {};
}

/** The stand-in for the bridged Supabase provider. */
export const provider: Provider = {
  ...base,

  async diff(request, context) {
    const found = await base.diff(request, context);
    const detailed = { ...found.detailed };
    for (const [key, value] of Object.entries(plannedOutputs(request.type, request.inputs))) {
      if (differences(own(request.oldOutputs, key), value).length === 0) continue;
      detailed[key] = { kind: "update", inputDiff: false };
    }
    return { ...found, detailed, changes: Object.keys(detailed).length > 0 };
  },

  async create(request, context) {
    const created = await base.create(request, context);
    return { ...created, outputs: { ...created.outputs, ...plannedOutputs(request.type, request.inputs) } };
  },

  async update(request, context) {
    const { outputs } = await base.update(request, context);
    return { outputs: { ...outputs, ...plannedOutputs(request.type, request.inputs) } };
  },
};
