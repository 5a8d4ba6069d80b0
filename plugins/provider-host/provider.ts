import type { PropertyMap } from "./values";

/** The context of every call. */
export interface CallContext {
  /** Aborted when the engine cancels or ends. Every query and request of the call must honour it. */
  readonly signal: AbortSignal;
  /** Shows a line to the user below the resource. The next line replaces an ephemeral one. */
  log(
    severity: "debug" | "info" | "warning" | "error",
    message: string,
    options?: { ephemeral?: boolean },
  ): void;
}

/** The name from the stack's autonaming settings, for a resource without a name. */
export interface Autonaming {
  readonly proposedName: string;
  /** `propose`: the provider may adapt the name; `enforce`: it may not; `disable`: the program must give one. */
  readonly mode: "propose" | "enforce" | "disable";
}

export interface CheckRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The inputs of the last successful operation; empty for a new resource. */
  readonly oldInputs: PropertyMap;
  readonly inputs: PropertyMap;
  /** Seed for random names. The same in an up and in its preview. Empty if the engine sends none. */
  readonly randomSeed: Uint8Array;
  readonly autonaming?: Autonaming;
}

/** The engine shows the property's value beside the reason, unless it is a secret. */
export interface CheckFailure {
  /** Property path as a user would write it: `files["a.sql"].kind`. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckResponse {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly oldInputs: PropertyMap;
  /** The outputs in the state. During a refresh, those that Read has just returned. */
  readonly oldOutputs: PropertyMap;
  readonly inputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface PropertyDiff {
  readonly kind: DiffKind;
  /** True if the old and new inputs differ, false if the state and the inputs differ. */
  readonly inputDiff: boolean;
}

export interface DiffResponse {
  readonly changes: boolean;
  /** The change at each property path. */
  readonly detailed?: Readonly<Record<string, PropertyDiff>>;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  /** True in `pulumi preview`: nothing may be changed, and outputs that are not known are `unknown`. */
  readonly preview: boolean;
  readonly timeoutSeconds: number;
}

export interface CreateResponse {
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface ReadRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  /** Empty when the resource is being imported. */
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface ReadResponse {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly inputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
  readonly timeoutSeconds: number;
}

export interface DeleteRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  readonly timeoutSeconds: number;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: PropertyMap;
  readonly preview: boolean;
}

export interface InvokeResponse {
  readonly result: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

/** A package with which a base provider is parameterized, such as `supabase` for `terraform-provider`. */
export interface Parameterization {
  readonly name: string;
  readonly version: string;
  readonly value: Uint8Array;
}

/**
 * A Pulumi resource provider. The host in this folder serves it to the engine over gRPC, so a provider does not deal with
 * protocol buffers.
 */
export interface Provider {
  readonly name: string;
  readonly version: string;
  /** The package schema as JSON, for `pulumi package get-schema` and import. Default: only name and version. */
  readonly schema?: string;
  /**
   * Types of the config keys that are not strings. The engine sends every config value as a string, JSON-encoded if necessary.
   * The host decodes the keys named here and no others (a password may consist of digits).
   */
  readonly configTypes?: Readonly<Record<string, "boolean" | "number" | "json">>;
  /** Returns the requested package, or throws a UserError if this provider cannot serve it. */
  parameterize?(parameterization: Parameterization): Promise<{ name: string; version: string }>;
  checkConfig?(request: CheckRequest, context: CallContext): Promise<CheckResponse>;
  diffConfig?(request: DiffRequest, context: CallContext): Promise<DiffResponse>;
  configure?(config: PropertyMap, context: CallContext): Promise<void>;
  check(request: CheckRequest, context: CallContext): Promise<CheckResponse>;
  diff(request: DiffRequest, context: CallContext): Promise<DiffResponse>;
  create(request: CreateRequest, context: CallContext): Promise<CreateResponse>;
  /** Reads the resource; undefined if the resource no longer exists. */
  read(request: ReadRequest, context: CallContext): Promise<ReadResponse | undefined>;
  update(request: UpdateRequest, context: CallContext): Promise<{ outputs: PropertyMap }>;
  delete(request: DeleteRequest, context: CallContext): Promise<void>;
  invoke?(request: InvokeRequest, context: CallContext): Promise<InvokeResponse>;
}

/** Thrown by create or update if the resource exists but is incomplete. The engine keeps id and outputs. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly reasons: readonly string[];

  constructor(
    readonly id: string,
    readonly inputs: PropertyMap,
    readonly outputs: PropertyMap,
    { reasons }: { readonly reasons: readonly string[] },
  ) {
    super(reasons.join("\n"));
    this.reasons = reasons;
  }
}
