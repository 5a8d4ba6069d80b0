import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

/** An explicit provider, for an account or endpoint other than the stack's own. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "supabase";

  /** Returns whether the object is a Provider, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is Provider {
    return utilities.isOfType(obj, `pulumi:providers:${Provider.__pulumiType}`);
  }

  /** Access token of the Management API. */
  declare readonly accessToken: pulumi.Output<string | undefined>;
  /** URL of the Management API. Default `https://api.supabase.com`. */
  declare readonly endpoint: pulumi.Output<string | undefined>;

  constructor(name: string, args?: ProviderArgs, opts: pulumi.ResourceOptions = {}) {
    super(
      Provider.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["accessToken", "endpoint"],
        required: [],
        secrets: ["accessToken"],
      }),
      utilities.resourceOptions(opts, { additionalSecretOutputs: ["accessToken"] }),
      false,
      utilities.getPackage(),
    );
  }
}

/** The arguments of a Provider. */
export interface ProviderArgs {
  /** Access token of the Management API. Default: the environment variable `SUPABASE_ACCESS_TOKEN`. */
  accessToken?: pulumi.Input<string | undefined>;
  /** URL of the Management API. Default: `SUPABASE_API_ENDPOINT`, else `https://api.supabase.com`. */
  endpoint?: pulumi.Input<string | undefined>;
}
