import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

const token = "supabase:index/getPooler:getPooler";

/** Returns how to connect through the connection pooler. */
export function getPooler(args: GetPoolerArgs, opts?: pulumi.InvokeOptions): Promise<GetPoolerResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invoke(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** Returns how to connect through the connection pooler. */
export function getPoolerOutput(
  args: GetPoolerOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetPoolerResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invokeOutput(token, { projectRef: args.projectRef }, options, utilities.getPackage());
}

/** The arguments of getPooler. */
export interface GetPoolerArgs {
  /** Ref of the project. */
  projectRef: string;
}

/** The arguments of getPoolerOutput. */
export interface GetPoolerOutputArgs {
  /** Ref of the project. */
  projectRef: pulumi.Input<string>;
}

/** The result of getPooler. */
export interface GetPoolerResult {
  readonly projectRef: string;
  /** Pool mode (`transaction` or `session`) → connection string, with `[YOUR-PASSWORD]` in place of the password. */
  readonly url: { [key: string]: string };
}
