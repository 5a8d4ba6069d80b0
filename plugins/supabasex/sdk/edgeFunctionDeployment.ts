import * as pulumi from "@pulumi/pulumi";

export interface EdgeFunctionDeploymentArgs {
  /** Ref of the project; a change replaces the resource. */
  projectRef: pulumi.Input<string>;
  /** The function's name in the URL; a change replaces the resource. */
  slug: pulumi.Input<string>;
  /** Path of the bundled file that the bridged resource deploys, relative to the folder of Pulumi.yaml. */
  file: pulumi.Input<string>;
  /** SHA-256 of that file, in hex. */
  sha256: pulumi.Input<string>;
  /** Whether the platform refuses callers without a valid token of the project. Default true. */
  verifyJwt?: pulumi.Input<boolean | undefined>;
  /** URL of the Management API. Default: `SUPABASE_API_ENDPOINT`, else `https://api.supabase.com`. */
  endpoint?: pulumi.Input<string | undefined>;
  /** Access token of the Management API. Default: `SUPABASE_ACCESS_TOKEN`, which is also tried when this is refused. */
  accessToken?: pulumi.Input<string | undefined>;
}

/**
 * The code and the flags of an edge function that `EdgeFunction` of @pulumi/supabase has deployed: it sends `verifyJwt`, reports
 * as drift if the function was deployed by other means, and deploys the file again. Make it depend on the `EdgeFunction`.
 */
export class EdgeFunctionDeployment extends pulumi.CustomResource {
  declare readonly slug: pulumi.Output<string>;
  declare readonly verifyJwt: pulumi.Output<boolean>;
  /** Hash of the platform's bundle at the last refresh. */
  declare readonly code: pulumi.Output<string>;
  /** Hash of the platform's bundle as the stack deployed it. */
  declare readonly deployedCode: pulumi.Output<string>;

  constructor(name: string, args: EdgeFunctionDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const accessToken = args.accessToken === undefined ? undefined : pulumi.secret(args.accessToken);
    super(
      "supabasex:index:EdgeFunctionDeployment",
      name,
      { ...args, accessToken, code: undefined, deployedCode: undefined },
      pulumi.mergeOptions(opts, { version: "0.1.0", additionalSecretOutputs: ["accessToken"] }),
    );
  }
}
