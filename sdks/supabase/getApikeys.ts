import * as pulumi from "@pulumi/pulumi";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const token = "supabase:index/getApikeys:getApikeys";

/** Returns the API keys of a project. */
export function getApikeys(args: GetApikeysArgs, opts?: pulumi.InvokeOptions): Promise<GetApikeysResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invoke(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** Returns the API keys of a project. */
export function getApikeysOutput(
  args: GetApikeysOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetApikeysResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invokeOutput(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** The arguments of getApikeys. */
export interface GetApikeysArgs {
  /** Ref of the project. */
  projectRef: string;
}

/** The arguments of getApikeysOutput. */
export interface GetApikeysOutputArgs {
  /** Ref of the project. */
  projectRef: pulumi.Input<string>;
}

/** The result of getApikeys. */
export interface GetApikeysResult {
  readonly projectRef: string;
  /** Legacy JWT of the role anon. */
  readonly anonKey: string;
  /** Key for clients. */
  readonly publishableKey: string;
  /** Keys for servers. */
  readonly secretKeys: outputs.GetApikeysSecretKey[];
  /** Legacy JWT of the role service_role. */
  readonly serviceRoleKey: string;
}
