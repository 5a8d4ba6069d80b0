import type { CallContext } from "../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../plugins/provider-host/values";
import { supabasex } from "../../../plugins/supabasex/provider/provider";

/** A resource as stored in the engine's state. */
export interface ResourceState {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** Calls the provider for one resource as the engine does, and keeps its log. */
export class ResourceUnderTest {
  readonly type: string;
  readonly urn: string;
  /** The log since the last `forget`, as `severity: message`. */
  readonly lines: string[] = [];
  readonly context: CallContext = {
    signal: new AbortController().signal,
    log: (severity, message) => this.lines.push(`${severity}: ${message}`),
  };

  constructor(type: string) {
    this.type = type;
    this.urn = `urn:pulumi:local::thorbis-supabase::${type}::it`;
  }

  /** Clears the log. */
  forget(): void {
    this.lines.length = 0;
  }

  readonly create = async (inputs: PropertyMap, preview = false): Promise<ResourceState> => {
    const request = { ...this.#named, name: "it", inputs, preview, timeoutSeconds: 60 };
    return { inputs, ...(await supabasex.create(request, this.context)) };
  };

  /** @throws Error if the provider returns that the resource does not exist */
  readonly refresh = async (state: ResourceState): Promise<ResourceState> => {
    const found = await supabasex.read({ ...this.#named, ...state }, this.context);
    if (found === undefined) throw new Error("it has gone");
    return { ...state, outputs: found.outputs };
  };

  /** Returns the result of Diff: property path → kind. The inputs default to those of the state. */
  readonly changes = async (
    state: ResourceState,
    inputs: PropertyMap = state.inputs,
  ): Promise<Record<string, string>> => {
    const request = { ...this.#changeOf(state), inputs, ignoreChanges: [] };
    const { detailed = {} } = await supabasex.diff(request, this.context);
    return Object.fromEntries(Object.entries(detailed).map(([path, { kind }]) => [path, kind]));
  };

  readonly update = async (
    state: ResourceState,
    inputs: PropertyMap = state.inputs,
    preview = false,
  ): Promise<ResourceState> => {
    const request = { ...this.#changeOf(state), inputs, ignoreChanges: [], preview, timeoutSeconds: 60 };
    return { id: state.id, inputs, ...(await supabasex.update(request, this.context)) };
  };

  get #named() {
    return { urn: this.urn, type: this.type };
  }

  #changeOf({ id, inputs, outputs }: ResourceState) {
    return { ...this.#named, id, oldInputs: inputs, oldOutputs: outputs };
  }
}
