import { canonicalJson, type JsonObject, type JsonValue } from "../../foundation/json";
import type { CallContext } from "../../plugins/host/provider";
import type { PropertyMap } from "../../plugins/host/values";

/** One input of a resource or function, or one key of a provider's configuration. */
export interface Property {
  readonly type: "string" | "number" | "boolean" | "list" | "map" | "archive";
  readonly required?: boolean;
  readonly secret?: boolean;
  /** What the real plugin puts in when the program leaves the property out. */
  readonly default?: JsonValue;
  /** The service decides when the program leaves it out: then whatever it decides is no difference. */
  readonly computed?: boolean;
  /** A change cannot be made in place. */
  readonly replaces?: boolean;
  /** In a provider's configuration: says where its resources are, which then cannot follow a change. */
  readonly fixed?: boolean;
  /** A list whose order means nothing. */
  readonly unordered?: boolean;
  /** The form in which values are compared, for those that the service gives back in another shape. */
  normal?(value: JsonValue): JsonValue;
  /** Whether two different values mean the same to the service. */
  same?(desired: JsonValue, actual: JsonValue): boolean;
  /** What is wrong with the value, as the end of a sentence that begins with the property: "must be …". */
  check?(value: JsonValue): string | undefined;
}

/** A further output, which no input has. */
export interface Output {
  readonly secret?: boolean;
  /** Any update may change it, so preview does not promise the old value. */
  readonly volatile?: boolean;
}

/**
 * One resource type. `State` is what is known of a resource: its inputs by their names, and its further outputs.
 * The functions see plain values; the engine keeps what is secret secret.
 */
export interface Resource<Client, State> {
  readonly inputs: Readonly<Record<string, Property>>;
  readonly outputs?: Readonly<Record<string, Output>>;
  /** Makes up a name of at most this many characters when the program gives none. */
  readonly autoname?: {
    readonly maxLength: number;
    /** The input that holds the name. Default `name`. */
    readonly property?: string;
  };
  /** Adds to checked inputs what the provider's own configuration says. Default: nothing. */
  complete?(client: Client, inputs: PropertyMap): PropertyMap;
  /** The old and the new one cannot exist side by side. */
  readonly deleteBeforeReplace?: boolean;
  /** Answers the id, and any part of the state that only creation reveals. The rest is read. */
  create(
    client: Client,
    inputs: State,
    context: CallContext,
  ): Promise<{ id: string; state?: Partial<State> }>;
  /**
   * What the service holds now, or undefined if it holds nothing under the id. What is left out of the answer stays as
   * it was in `known`; that is how passwords and the like survive. `known` is empty during an import.
   */
  read(
    client: Client,
    id: string,
    known: Partial<State>,
    context: CallContext,
  ): Promise<{ id?: string; state: Partial<State> } | undefined>;
  /** Brings the service from `before` to `after`. Not there if every input replaces. */
  update?(
    client: Client,
    id: string,
    change: { before: State; after: State },
    context: CallContext,
  ): Promise<void>;
  /** Does nothing when the resource has gone already. */
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

/** A whole stand-in: what a plugin of this name and version offers, as far as this stack uses it. */
export interface Table<Client> {
  /** The package whose tokens these are. */
  readonly package: string;
  /** The plugin that serves it: the package itself, or the base plugin that is parameterized as the package. */
  readonly plugin: { readonly name: string; readonly version: string };
  /** The version of the package, where it is not the plugin's own. */
  readonly parameterized?: { readonly version: string };
  readonly config: Readonly<Record<string, Property>>;
  connect(config: JsonObject): Client;
  /** Refuses to go on, with a UserError, where the configuration does not fit what it leads to. */
  verify?(client: Client): Promise<void>;
  readonly resources: Readonly<Record<string, AnyResource<Client>>>;
  readonly functions?: Readonly<Record<string, AnyLookUp<Client>>>;
}

/**
 * Puts a resource with a state type of its own into a table. The engine has checked every input against the table
 * before it calls any of the functions, which is what makes the narrower type true.
 */
export function resource<Client, State>(definition: Resource<Client, State>): AnyResource<Client> {
  return definition as unknown as AnyResource<Client>;
}

/** The same for a function. */
export function lookUp<Client, Arguments>(definition: LookUp<Client, Arguments>): AnyLookUp<Client> {
  return definition as unknown as AnyLookUp<Client>;
}

/** For properties that hold JSON text: white space and the order of keys mean nothing. */
export function sameJson(desired: JsonValue, actual: JsonValue): boolean {
  if (typeof desired !== "string" || typeof actual !== "string") return false;
  try {
    return canonicalJson(JSON.parse(desired)) === canonicalJson(JSON.parse(actual));
  } catch {
    return false;
  }
}
