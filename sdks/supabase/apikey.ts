import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** A secret API key of a project. Its id is the key's UUID. */
export class Apikey extends pulumi.CustomResource {
  /** The state of an existing Apikey with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ApikeyState,
    opts?: pulumi.CustomResourceOptions,
  ): Apikey {
    return new Apikey(name, (state ?? {}) as ApikeyArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/apikey:Apikey";

  /** Returns whether the object is an Apikey, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is Apikey {
    return utilities.isOfType(obj, Apikey.__pulumiType);
  }

  /** The key itself. */
  declare readonly apiKey: pulumi.Output<string>;
  /** Description. It cannot be set at creation. */
  declare readonly description: pulumi.Output<string | undefined>;
  /** Name: lower-case letters, digits and underscores. */
  declare readonly name: pulumi.Output<string>;
  /** Ref of the project. */
  declare readonly projectRef: pulumi.Output<string>;
  /** Claims of the token that requests with the key use. */
  declare readonly secretJwtTemplate: pulumi.Output<outputs.ApikeySecretJwtTemplate>;
  /** Always `secret` for a key created with this resource. */
  declare readonly type: pulumi.Output<string>;

  constructor(name: string, args: ApikeyArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      Apikey.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["description", "name", "projectRef"],
        required: ["projectRef"],
        outputs: ["apiKey", "secretJwtTemplate", "type"],
      }),
      utilities.resourceOptions(opts, { additionalSecretOutputs: ["apiKey"] }),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which an Apikey can be looked up. */
export interface ApikeyState {
  /** The key itself. */
  apiKey?: pulumi.Input<string | undefined>;
  /** Description. It cannot be set at creation. */
  description?: pulumi.Input<string | undefined>;
  /** Name: lower-case letters, digits and underscores. */
  name?: pulumi.Input<string | undefined>;
  /** Ref of the project. */
  projectRef?: pulumi.Input<string | undefined>;
  /** Claims of the token that requests with the key use. */
  secretJwtTemplate?: pulumi.Input<inputs.ApikeySecretJwtTemplate | undefined>;
  /** Always `secret` for a key created with this resource. */
  type?: pulumi.Input<string | undefined>;
}

/** The arguments of an Apikey. */
export interface ApikeyArgs {
  /** Description. It cannot be set at creation. */
  description?: pulumi.Input<string | undefined>;
  /** Name: lower-case letters, digits and underscores. */
  name?: pulumi.Input<string | undefined>;
  /** Ref of the project. */
  projectRef: pulumi.Input<string>;
}
