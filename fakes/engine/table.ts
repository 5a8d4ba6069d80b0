import { canonicalJson, type JsonObject, type JsonValue } from "../../foundation/json";
import type { CallContext } from "../../plugins/provider-host/provider";
import type { PropertyMap } from "../../plugins/provider-host/values";

/** One input of a resource or function, or one key of a provider's configuration. */
export interface Property {
  readonly type: "string" | "number" | "boolean" | "list" | "map" | "archive";
  readonly required?: boolean;
  readonly secret?: boolean;
  /** The official plugin's default if the program omits the property. */
  readonly default?: JsonValue;
  /** If the program omits it, the service computes it, and any value is accepted. */
  readonly computed?: boolean;
  /** A change replaces the resource. */
  readonly replaces?: boolean;
  /** In a provider's configuration: the location of its resources, which cannot be moved. */
  readonly fixed?: boolean;
  /** A list without order. */
  readonly unordered?: boolean;
  /** Converts values for comparison, if the service returns them in another form. */
  normal?(value: JsonValue): JsonValue;
  /** Returns whether two different values are equivalent to the service. */
  same?(desired: JsonValue, actual: JsonValue): boolean;
  /** Returns the error of a value, to follow the property's name in a message: "must be …". */
  check?(value: JsonValue): string | undefined;
}

/** An output that is not an input. */
export interface Output {
  readonly secret?: boolean;
  /** Any update may change it, so a preview does not promise the old value. */
  readonly volatile?: boolean;
}

/** The known values of a resource. An undefined value equals a missing one. */
export type Found<State> = { [Name in keyof State]?: State[Name] | undefined };

/**
 * A resource type. `State` contains the inputs by name and the other outputs. The functions see plain values; the engine
 * handles secrets.
 */
export interface Resource<Client, State> {
  readonly inputs: Readonly<Record<string, Property>>;
  readonly outputs?: Readonly<Record<string, Output>>;
  /** Generates a name of at most this many characters if the program sets none. */
  readonly autoname?: {
    readonly maxLength: number;
    /** The input with the name. Default `name`. */
    readonly property?: string;
  };
  /** Adds values from the provider's configuration to checked inputs. Default: none. */
  complete?(client: Client, inputs: PropertyMap): PropertyMap;
  /** The old and the new resource cannot exist at the same time. */
  readonly deleteBeforeReplace?: boolean;
  /** Returns the id, and the part of the state that only creation reveals. The rest is read. */
  create(client: Client, inputs: State, context: CallContext): Promise<{ id: string; state?: Found<State> }>;
  /**
   * Returns the service's current state; undefined if the resource does not exist. Omitted members keep their value from
   * `known`, such as passwords. `known` is empty during an import.
   */
  read(
    client: Client,
    id: string,
    known: Partial<State>,
    context: CallContext,
  ): Promise<{ id?: string; state: Found<State> } | undefined>;
  /** Changes the resource from `before` to `after`. Absent if every input replaces. */
  update?(
    client: Client,
    id: string,
    change: { before: State; after: State },
    context: CallContext,
  ): Promise<void>;
  /** Does nothing if the resource no longer exists. */
  delete(client: Client, id: string, state: State, context: CallContext): Promise<void>;
}

/** A function of the package, which programs call to look something up. */
export interface LookUp<Client, Arguments> {
  readonly args: Readonly<Record<string, Property>>;
  readonly outputs?: Readonly<Record<string, Output>>;
  call(client: Client, args: Arguments, context: CallContext): Promise<JsonObject>;
}

/** A resource or function in a table, where each has its own state type. */
export type AnyResource<Client> = Resource<Client, JsonObject>;
export type AnyLookUp<Client> = LookUp<Client, JsonObject>;

/** A stand-in: the part of a plugin of this name and version that this stack uses. */
export interface Table<Client> {
  /** The package whose tokens these are. */
  readonly package: string;
  /** The plugin that serves it: the package's own, or the base plugin that is parameterized with the package. */
  readonly plugin: { readonly name: string; readonly version: string };
  /** The version of the package, if it differs from the plugin's. */
  readonly parameterized?: { readonly version: string };
  readonly config: Readonly<Record<string, Property>>;
  connect(config: JsonObject): Client;
  /** Throws a UserError if the configuration does not match the service. */
  verify?(client: Client): Promise<void>;
  readonly resources: Readonly<Record<string, AnyResource<Client>>>;
  readonly functions?: Readonly<Record<string, AnyLookUp<Client>>>;
}

/**
 * Adds a resource with its own state type to a table. The narrower type is safe, because the engine checks every input against
 * the table before it calls a function.
 */
export function resource<Client, State>(definition: Resource<Client, State>): AnyResource<Client> {
  return definition as unknown as AnyResource<Client>;
}

/** Adds a function with its own argument type to a table. */
export function lookUp<Client, Arguments>(definition: LookUp<Client, Arguments>): AnyLookUp<Client> {
  return definition as unknown as AnyLookUp<Client>;
}

/** Returns whether two JSON texts are equal, ignoring white space and the order of keys. */
export function sameJson(desired: JsonValue, actual: JsonValue): boolean {
  if (typeof desired !== "string" || typeof actual !== "string") return false;
  try {
    return canonicalJson(JSON.parse(desired)) === canonicalJson(JSON.parse(actual));
  } catch {
    return false;
  }
}
