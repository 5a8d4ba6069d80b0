import type { JsonObject, JsonValue } from "../../foundation/json";
import { isProviderNote } from "../../foundation/providerNotes";
import { own } from "../../plugins/provider-host/diff";
import type { ReadRequest } from "../../plugins/provider-host/provider";
import {
  containsSecret,
  type PropertyMap,
  reveal,
  Secret,
  unknown,
  type Value,
} from "../../plugins/provider-host/values";
import { isSame } from "./compare";
import type { AnyResource, Output } from "./table";

/** Returns the outputs that are known before the operation. */
export function previewOutputs<Client>(
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
export function withoutRemoved<Client>(
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
export function renewedInputs<Client>(
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
export function importedInputs<Client>(resource: AnyResource<Client>, outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(resource.inputs).flatMap(([key, property]) => {
      const value = own(outputs, key);
      if (value === undefined || value === null || property.computed === true) return [];
      return [[key, value]];
    }),
  );
}

/** Returns the result of a resource's function, with every value marked as secret that the table or the old state marks. */
export function secretly<Client>(
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

export function markSecrets(
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
export function withoutNotes(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !isProviderNote(key)));
}

export function plainMap(properties: PropertyMap): JsonObject {
  return reveal(properties) as JsonObject;
}
