import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** Secrets in the environment of a project's edge functions. */
export class EdgeFunctionSecrets extends pulumi.CustomResource {
  /** The state of an existing EdgeFunctionSecrets with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: EdgeFunctionSecretsState,
    opts?: pulumi.CustomResourceOptions,
  ): EdgeFunctionSecrets {
    return new EdgeFunctionSecrets(name, (state ?? {}) as EdgeFunctionSecretsArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets";

  /** Returns whether the object is an EdgeFunctionSecrets, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is EdgeFunctionSecrets {
    return utilities.isOfType(obj, EdgeFunctionSecrets.__pulumiType);
  }

  /** Ref of the project; a change replaces the resource. */
  declare readonly projectRef: pulumi.Output<string>;
  /** Name → SHA-256 of the value. */
  declare readonly secretDigests: pulumi.Output<{ [key: string]: string }>;
  /** The secrets; no name may begin with `SUPABASE_`. */
  declare readonly secrets: pulumi.Output<outputs.EdgeFunctionSecretsSecret[]>;

  constructor(name: string, args: EdgeFunctionSecretsArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      EdgeFunctionSecrets.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["projectRef", "secrets"],
        required: ["projectRef", "secrets"],
        outputs: ["secretDigests"],
      }),
      utilities.resourceOptions(opts),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which an EdgeFunctionSecrets can be looked up. */
export interface EdgeFunctionSecretsState {
  /** Ref of the project; a change replaces the resource. */
  projectRef?: pulumi.Input<string | undefined>;
  /** Name → SHA-256 of the value. */
  secretDigests?: pulumi.Input<{ [key: string]: pulumi.Input<string> } | undefined>;
  /** The secrets; no name may begin with `SUPABASE_`. */
  secrets?: pulumi.Input<pulumi.Input<inputs.EdgeFunctionSecretsSecret>[] | undefined>;
}

/** The arguments of an EdgeFunctionSecrets. */
export interface EdgeFunctionSecretsArgs {
  /** Ref of the project; a change replaces the resource. */
  projectRef: pulumi.Input<string>;
  /** The secrets; no name may begin with `SUPABASE_`. */
  secrets: pulumi.Input<pulumi.Input<inputs.EdgeFunctionSecretsSecret>[]>;
}
