import * as pulumi from "@pulumi/pulumi";

/** What other resources of the stack send, and therefore report. */
export interface DeclaredProjectParts {
  /** Slugs of edge functions. */
  functions: readonly string[];
  /** Names of the functions' secrets. */
  secrets: readonly string[];
  /** Keys of settings as the API spells them, by section: `auth`, `Data API`, `storage`, `database`, `realtime`. */
  settings: Readonly<Record<string, pulumi.Input<readonly string[]>>>;
}

export interface ProjectWatchArgs {
  /** Ref of the project; a change replaces the resource. */
  projectRef: pulumi.Input<string>;
  /** Slug of the organization, for its members. Default: members are not watched. */
  organizationId?: pulumi.Input<string | undefined>;
  declared: pulumi.Input<DeclaredProjectParts>;
  /** Key of an Auth setting that is secret → SHA-256 of what the stack sends. The API returns a different hash. */
  credentials?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>> | undefined>;
  /** Accepted changes, as a deployment prints them: `edge function x @ 1a2b3c4d5e6f7081`. Default none. */
  accept?: pulumi.Input<readonly string[] | undefined>;
  /** URL of the Management API. Default: `SUPABASE_API_ENDPOINT`, else `https://api.supabase.com`. */
  endpoint?: pulumi.Input<string | undefined>;
  /** Access token of the Management API. Default: `SUPABASE_ACCESS_TOKEN`, which is also tried when this is refused. */
  accessToken?: pulumi.Input<string | undefined>;
}

/**
 * Watches the parts of a Supabase project that no other resource of the stack owns. The first deployment records the current
 * state as the baseline. Later differences are reported as drift, are not repaired, and can be accepted by name. Make it depend
 * on everything that the stack declares in the project.
 */
export class ProjectWatch extends pulumi.CustomResource {
  declare readonly projectRef: pulumi.Output<string>;
  /** The baseline, by kind: identity → value. */
  declare readonly baseline: pulumi.Output<Record<string, Record<string, string>>>;
  /** The differences from the baseline: identity → change, with its severity. */
  declare readonly live: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: ProjectWatchArgs, opts?: pulumi.CustomResourceOptions) {
    const accessToken = args.accessToken === undefined ? undefined : pulumi.secret(args.accessToken);
    const credentials = args.credentials === undefined ? undefined : pulumi.secret(args.credentials);
    super(
      "supabasex:index:ProjectWatch",
      name,
      { ...args, accessToken, credentials, baseline: undefined, live: undefined },
      pulumi.mergeOptions(opts, {
        version: "0.1.0",
        additionalSecretOutputs: ["accessToken", "credentials"],
      }),
    );
  }
}
