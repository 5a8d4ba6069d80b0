import type { JsonObject, JsonValue } from "../../foundation/json";
import { isProviderNote } from "../../foundation/providerNotes";
import { messageOf, UserError } from "../../foundation/userError";
import { detailedDiff, differences, own } from "../../plugins/provider-host/diff";
import {
  type CallContext,
  type CreateResponse,
  PartialFailure,
  type Provider,
  type ReadRequest,
  type ReadResponse,
} from "../../plugins/provider-host/provider";
import {
  containsSecret,
  type PropertyMap,
  reveal,
  Secret,
  unknown,
  type Value,
} from "../../plugins/provider-host/values";
import { checkInputs, propertyFailures } from "./check";
import { compare, isSame } from "./compare";
import type { AnyResource, Output, Table } from "./table";

const configTypes = {
  string: undefined,
  number: "number",
  boolean: "boolean",
  archive: undefined,
  list: "json",
  map: "json",
} as const;

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
    configTypes: Object.fromEntries(
      Object.entries(table.config).flatMap(([key, { type }]) => {
        const decoded = configTypes[type];
        return decoded === undefined ? [] : [[key, decoded]];
      }),
    ),

    ...(table.parameterized !== undefined && {
      async parameterize({ name, version }) {
        const ours = { name: table.package, version: table.parameterized?.version ?? "" };
        if (name !== ours.name || version !== ours.version) {
          throw new UserError(
            `The local stand-in for ${table.plugin.name} is ${ours.name} ${ours.version}, not ${name} ${version}: use the real plugin (npm start -- --official-plugins).`,
          );
        }
        return ours;
      },
    }),

    async checkConfig({ inputs }) {
      // Every value is a string here, so this only checks names and missing keys. configure checks the rest.
      const textual = Object.fromEntries(
        Object.entries(table.config).map(([key, { required = false }]) => [
          key,
          { type: "string" as const, required },
        ]),
      );
      const { version: _version, pluginDownloadURL: _url, ...config } = inputs;
      return { inputs, failures: propertyFailures(textual, config) };
    },

    async diffConfig({ oldInputs, inputs }) {
      const found = differences(oldInputs, inputs);
      const moved = found.map(({ path }) => String(path[0])).find((key) => table.config[key]?.fixed === true);
      if (moved !== undefined) {
        const { [moved]: before } = plainMap(oldInputs);
        const { [moved]: now } = plainMap(inputs);
        throw new UserError(
          `${table.package}:${moved} is ${now}, but the stack's resources were created with ${before}: the local stand-in cannot move them, so restore the old value, or remove the stack first.`,
        );
      }
      return { changes: found.length > 0, detailed: detailedDiff(found, { inputDiff: true }) };
    },

    async configure(config) {
      const issues = propertyFailures(table.config, config);
      if (issues.length > 0) {
        const list = issues.map(({ property, reason }) => `${property} ${reason}`).join("; ");
        throw new UserError(`The configuration of the ${table.package} provider is wrong: ${list}.`);
      }
      const defaults = Object.entries(table.config).flatMap(([key, property]) =>
        property.default === undefined ? [] : [[key, property.default] as const],
      );
      const made = table.connect({ ...Object.fromEntries(defaults), ...plainMap(config) });
      await table.verify?.(made);
      connected = { client: made };
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

/** Returns the outputs that are known before the operation. */
function previewOutputs<Client>(
  resource: AnyResource<Client>,
  inputs: PropertyMap,
  old: PropertyMap,
): PropertyMap {
  const later = (output: Output): Value => (output.secret === true ? new Secret(unknown) : unknown);
  const open = [
    ...Object.entries(resource.outputs ?? {}).filter(
      ([key, { volatile }]) => volatile === true || !(key in old),
    ),
    ...Object.entries(resource.inputs).filter(([key, { computed }]) => computed === true && !(key in old)),
  ];
  return { ...old, ...Object.fromEntries(open.map(([key, output]) => [key, later(output)])), ...inputs };
}

/** Returns the state without the inputs that the program no longer sets, except those that the service computes. */
function withoutRemoved<Client>(
  resource: AnyResource<Client>,
  outputs: PropertyMap,
  oldInputs: PropertyMap,
  { inputs }: { readonly inputs: PropertyMap },
): PropertyMap {
  const removed = (key: string) =>
    key in resource.inputs &&
    !(key in inputs) &&
    (key in oldInputs || resource.inputs[key]?.computed !== true);
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => !removed(key)));
}

/** Returns the inputs with the service's current values. Equivalent values keep the program's form. */
function renewedInputs<Client>(
  resource: AnyResource<Client>,
  { inputs }: ReadRequest,
  outputs: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => {
      const property = resource.inputs[key];
      const actual = own(outputs, key);
      const keep =
        property === undefined || actual === undefined || isSame(property, key, { actual, desired: value });
      return [key, keep ? value : actual];
    }),
  );
}

/** Returns the inputs with which a program would declare the resource that was read. */
function importedInputs<Client>(resource: AnyResource<Client>, outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(resource.inputs).flatMap(([key, property]) => {
      const value = own(outputs, key);
      if (value === undefined || value === null || property.computed === true) return [];
      return [[key, value]];
    }),
  );
}

/** Returns the result of a resource's function, with every value marked as secret that the table or the old state marks. */
function secretly<Client>(
  resource: AnyResource<Client>,
  state: Readonly<Record<string, JsonValue | undefined>>,
  known: PropertyMap,
): PropertyMap {
  return markSecrets(
    state,
    (key) =>
      resource.inputs[key]?.secret === true ||
      resource.outputs?.[key]?.secret === true ||
      containsSecret(own(known, key) ?? null),
  );
}

function markSecrets(
  values: Readonly<Record<string, JsonValue | undefined>>,
  isSecret: (key: string) => boolean,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      if (value === undefined) return [];
      return [[key, isSecret(key) ? new Secret(value) : value]];
    }),
  );
}

/** Returns inputs without the provider's internal notes, which are not part of the outputs. */
function withoutNotes(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isProviderNote(key)));
}

function plainMap(properties: PropertyMap): JsonObject {
  return reveal(properties) as JsonObject;
}
