import { standIn } from "../../../fakes/engine/standIn";
import type { CallContext } from "../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../plugins/provider-host/values";
import { BucketApi, bucketTable } from "./bucketApi";

export const type = "cloud:index/bucket:Bucket";
export const urn = `urn:pulumi:local::p::${type}::logs`;
export const context: CallContext = { signal: new AbortController().signal, log: () => {} };

/** Configures a stand-in of the table and returns its calls, as the engine makes them. */
export async function configured(config: PropertyMap = { region: "eu" }) {
  let api = new BucketApi({});
  const table = {
    ...bucketTable,
    connect: (given: ConstructorParameters<typeof BucketApi>[0]) => {
      api = new BucketApi(given);
      return api;
    },
  };
  const provider = standIn(table);
  await provider.configure?.(config, context);
  const check = (inputs: PropertyMap, oldInputs: PropertyMap = {}) =>
    provider.check({ urn, type, name: "logs", oldInputs, inputs, randomSeed: new Uint8Array([1]) }, context);
  const create = async (inputs: PropertyMap, preview = false) => {
    const checked = (await check(inputs)).inputs;
    const request = { urn, type, name: "logs", inputs: checked, preview, timeoutSeconds: 0 };
    return { inputs: checked, ...(await provider.create(request, context)) };
  };
  const diff = (
    oldInputs: PropertyMap,
    oldOutputs: PropertyMap,
    inputs: PropertyMap,
    { ignoreChanges = [] }: { readonly ignoreChanges?: string[] } = {},
  ) => provider.diff({ urn, type, id: "logs", oldInputs, oldOutputs, inputs, ignoreChanges }, context);
  /** Refreshes like the engine: uses the values that were read as the state, and the program's inputs as the new inputs. */
  const refresh = async (made: { id: string; inputs: PropertyMap; outputs: PropertyMap }) => {
    const read = await provider.read(
      { urn, type, id: made.id, inputs: made.inputs, outputs: made.outputs },
      context,
    );
    if (read === undefined) return "gone";
    return { read, found: await diff(read.inputs, read.outputs, made.inputs) };
  };
  return { provider, api, check, create, diff, refresh };
}
