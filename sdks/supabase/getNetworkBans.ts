import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

const token = "supabase:index/getNetworkBans:getNetworkBans";

/** Returns the addresses that are banned after failed logins. */
export function getNetworkBans(
  args: GetNetworkBansArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetNetworkBansResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invoke(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** Returns the addresses that are banned after failed logins. */
export function getNetworkBansOutput(
  args: GetNetworkBansOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetNetworkBansResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invokeOutput(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** The arguments of getNetworkBans. */
export interface GetNetworkBansArgs {
  /** Ref of the project. */
  projectRef: string;
}

/** The arguments of getNetworkBansOutput. */
export interface GetNetworkBansOutputArgs {
  /** Ref of the project. */
  projectRef: pulumi.Input<string>;
}

/** The result of getNetworkBans. */
export interface GetNetworkBansResult {
  readonly projectRef: string;
  /** The addresses. */
  readonly bannedIpv4Addresses: string[];
}
