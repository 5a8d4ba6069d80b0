import { messageOf, UserError } from "../../foundation/userError";
import {
  type CallContext,
  type CreateResponse,
  PartialFailure,
  type Provider,
  type ReadResponse,
} from "../../plugins/provider-host/provider";
import { type PropertyMap, unknown } from "../../plugins/provider-host/values";
import { checkInputs, propertyFailures } from "./check";
import { compare } from "./compare";
import { configurationMethods, connect } from "./configuration";
import {
  importedInputs,
  markSecrets,
  plainMap,
  previewOutputs,
  renewedInputs,
  secretly,
  withoutNotes,
  withoutRemoved,
} from "./properties";
import type { AnyResource, Table } from "./table";

/**
 * Returns the provider that a table describes. Like a bridged provider, it copies the id of each resource to the outputs. The
 * official plugins find a resource by that copy, so they cannot use a state without it.
 */
export function standIn<Client>(table: Table<Client>): Provider {
  let connected: { client: Client } | undefined;
  const client = (): Client => {
    if (connected === undefined) throw new Error(`${table.package} was called before it was configured`);
    return connected.client;
  };
  const find = <Item>(items: Readonly<Record<string, Item>>, token: string): Item => {
    const item = Object.hasOwn(items, token) ? items[token] : undefined;
    if (item !== undefined) return item;
    throw new UserError(
      `The local stand-in for ${table.package} does not know ${token}: use the real plugin (npm start -- --official-plugins), or add it to fakes/${table.package}.`,
    );
  };
  const resourceOf = (type: string) => find(table.resources, type);

  return {
    ...table.plugin,
    ...configurationMethods(table),

    async configure(config) {
      connected = { client: await connect(table, config) };
    },

    async check(request) {
      const resource = resourceOf(request.type);
      const checked = checkInputs(resource, request);
      // In a preview, an explicit provider with an unknown configuration is not connected.
      if (resource.complete === undefined || connected === undefined) return checked;
      return { ...checked, inputs: resource.complete(connected.client, checked.inputs) };
    },

    async diff(request) {
      return compare(resourceOf(request.type), request);
    },

    async create({ type, inputs: noted, preview }, context): Promise<CreateResponse> {
      const resource = resourceOf(type);
      const inputs = withoutNotes(noted);
      if (preview) return { id: "", outputs: { ...previewOutputs(resource, inputs, {}), id: unknown } };
      const { id, state } = await resource.create(client(), plainMap(inputs), context);
      const known = { ...inputs, ...secretly(resource, { ...state }, inputs), id };
      try {
        return { id, outputs: await readBack(resource, id, known, context) };
      } catch (error) {
        throw new PartialFailure(id, noted, known, { reasons: [messageOf(error)] });
      }
    },

    async read(request, context): Promise<ReadResponse | undefined> {
      const resource = resourceOf(request.type);
      const importing = Object.keys(request.outputs).length === 0;
      const known = { ...withoutNotes(request.inputs), ...request.outputs };
      const found = await resource.read(client(), request.id, plainMap(known), context);
      if (found === undefined) return undefined;
      const id = found.id ?? request.id;
      const outputs = { ...known, ...secretly(resource, { ...found.state }, known), id };
      const inputs = importing
        ? importedInputs(resource, outputs)
        : renewedInputs(resource, request, outputs);
      return { id, inputs, outputs };
    },

    async update({ type, id, oldInputs, oldOutputs, inputs: noted, preview }, context) {
      const resource = resourceOf(type);
      const inputs = withoutNotes(noted);
      const kept = { ...withoutRemoved(resource, oldOutputs, oldInputs, { inputs }), id };
      if (preview) return { outputs: previewOutputs(resource, inputs, kept) };
      const after = { ...kept, ...inputs };
      const change = { before: plainMap({ ...oldInputs, ...oldOutputs }), after: plainMap(after) };
      if (resource.update === undefined) throw new Error(`${type} has no input that can change in place`);
      await resource.update(client(), id, change, context);
      try {
        return { outputs: await readBack(resource, id, after, context) };
      } catch (error) {
        throw new PartialFailure(id, noted, after, { reasons: [messageOf(error)] });
      }
    },

    async delete({ type, id, inputs, outputs }, context) {
      await resourceOf(type).delete(client(), id, plainMap({ ...inputs, ...outputs }), context);
    },

    async invoke({ token, args }, context) {
      const lookUp = find(table.functions ?? {}, token);
      const failures = propertyFailures(lookUp.args, args);
      if (failures.length > 0) return { result: {}, failures };
      const result = await lookUp.call(client(), plainMap(args), context);
      return { result: markSecrets(result, (key) => lookUp.outputs?.[key]?.secret === true) };
    },
  };

  async function readBack(
    resource: AnyResource<Client>,
    id: string,
    known: PropertyMap,
    context: CallContext,
  ): Promise<PropertyMap> {
    const found = await resource.read(client(), id, plainMap(known), context);
    if (found === undefined) throw new UserError("It does not exist although it was just written.");
    return { ...known, ...secretly(resource, { ...found.state }, known) };
  }
}
