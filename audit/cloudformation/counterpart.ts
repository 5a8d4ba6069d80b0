import { isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import { hiddenValue } from "../resource";

/** The other resources of a stack that describe the same object in AWS as the converted one. */
export interface Siblings {
  /** Returns the inputs of all resources of a type whose named input has this value. */
  readonly find: (type: string, input: string, value: JsonValue | undefined) => readonly JsonObject[];
}

/** The CloudFormation resource that corresponds to a Pulumi type. */
export interface Counterpart {
  readonly type: string;
  /** Output whose value `Ref` returns. Default `id`. */
  readonly ref?: string;
  /** Attributes of `Fn::GetAtt` by output. Default: `Arn` for `arn`. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly properties: (inputs: JsonObject, siblings: Siblings) => Properties;
  /** Additional resources that CloudFormation needs for this type. `self` refers to the resource. */
  readonly further?: (inputs: JsonObject, self: JsonObject) => readonly Further[];
}

/** Undefined properties are omitted. */
export type Properties = Readonly<Record<string, JsonValue | undefined>>;

export interface Further {
  /** Suffix of the logical id. */
  readonly suffix: string;
  readonly type: string;
  readonly properties: Properties;
}

/** Returns an object without its undefined members. */
export function defined(properties: Properties): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

/** Returns a value with the keys of all objects in Pascal case, as CloudFormation spells them. */
export function pascal(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(pascal);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [
      `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      pascal(below),
    ]),
  );
}

/** Returns inputs as properties of the same name, except those that the counterpart renames. */
export function sameNames(inputs: JsonObject, ...without: readonly string[]): JsonObject {
  const kept = Object.entries(inputs).filter(([key]) => key !== "tags" && !without.includes(key));
  return { ...(pascal(Object.fromEntries(kept)) as JsonObject), ...tagsOf(inputs) };
}

/** Returns the property `Tags` for the input `tags`. */
export function tagsOf({ tags }: JsonObject): JsonObject {
  if (!isJsonObject(tags)) return {};
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

/** Thrown for a document that is entirely secret. No scanner may see it. */
export class SecretDocument extends Error {}

/**
 * Returns the document in an input that holds JSON.
 * @throws SecretDocument
 */
export function documentOf(text: JsonValue | undefined): JsonValue | undefined {
  if (text === hiddenValue) throw new SecretDocument();
  return typeof text === "string" ? (JSON.parse(text) as JsonValue) : undefined;
}

/** Returns an input that is an object; an empty one otherwise. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value ?? null) ? (value as JsonObject) : {};
}

/** Returns an input that is a list of objects; an empty one otherwise. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
