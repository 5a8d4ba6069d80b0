import { UserError } from "../../foundation/userError";
import { detailedDiff, differences } from "../../plugins/provider-host/diff";
import type { Provider } from "../../plugins/provider-host/provider";
import type { PropertyMap } from "../../plugins/provider-host/values";
import { propertyFailures } from "./check";
import { plainMap } from "./properties";
import type { Table } from "./table";

const configTypes = {
  string: undefined,
  number: "number",
  boolean: "boolean",
  archive: undefined,
  list: "json",
  map: "json",
} as const;

/** Returns the methods of a stand-in that check and compare its configuration. */
export function configurationMethods<Client>(
  table: Table<Client>,
): Pick<Provider, "configTypes" | "parameterize" | "checkConfig" | "diffConfig"> {
  return {
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
  };
}

/** Connects to the service that a stand-in uses. Throws a UserError if the configuration is wrong. */
export async function connect<Client>(table: Table<Client>, config: PropertyMap): Promise<Client> {
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
  return made;
}
