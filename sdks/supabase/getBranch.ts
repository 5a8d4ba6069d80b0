import * as pulumi from "@pulumi/pulumi";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

const token = "supabase:index/getBranch:getBranch";

/** Returns the preview branches of a project, without its default branch. */
export function getBranch(args: GetBranchArgs, opts?: pulumi.InvokeOptions): Promise<GetBranchResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invoke(
    token,
    { parentProjectRef: args.parentProjectRef },
    options,
    utilities.getPackage(),
  );
}

/** Returns the preview branches of a project, without its default branch. */
export function getBranchOutput(
  args: GetBranchOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetBranchResult> {
  const options = utilities.resourceOptions(opts ?? {});
  return pulumi.runtime.invokeOutput(
    token,
    { parentProjectRef: args.parentProjectRef },
    options,
    utilities.getPackage(),
  );
}

/** The arguments of getBranch. */
export interface GetBranchArgs {
  /** Ref of the project. */
  parentProjectRef: string;
}

/** The arguments of getBranchOutput. */
export interface GetBranchOutputArgs {
  /** Ref of the project. */
  parentProjectRef: pulumi.Input<string>;
}

/** The result of getBranch. */
export interface GetBranchResult {
  readonly parentProjectRef: string;
  /** The branches. */
  readonly branches: outputs.GetBranchBranch[];
}
