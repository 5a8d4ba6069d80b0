import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** A preview branch of a project. Its id is the branch's UUID. */
export class Branch extends pulumi.CustomResource {
  /** The state of an existing Branch with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: BranchState,
    opts?: pulumi.CustomResourceOptions,
  ): Branch {
    return new Branch(name, (state ?? {}) as BranchArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/branch:Branch";

  /** Whether the object is a Branch, also one of another copy of this package. */
  static override isInstance(obj: unknown): obj is Branch {
    return utilities.isOfType(obj, Branch.__pulumiType);
  }

  /** How to connect to the branch's database. */
  declare readonly database: pulumi.Output<outputs.BranchDatabase>;
  /** Git branch that it follows. */
  declare readonly gitBranch: pulumi.Output<string>;
  /** Ref of the project that it is a branch of. */
  declare readonly parentProjectRef: pulumi.Output<string>;
  /** Whether it outlives its pull request. Default false. */
  declare readonly persistent: pulumi.Output<boolean>;
  /** Region code; a change replaces the branch. */
  declare readonly region: pulumi.Output<string | undefined>;

  constructor(name: string, args: BranchArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      Branch.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["gitBranch", "parentProjectRef", "persistent", "region"],
        required: ["gitBranch", "parentProjectRef"],
        outputs: ["database"],
      }),
      utilities.resourceOptions(opts),
      false,
      utilities.getPackage(),
    );
  }
}

/** What a Branch may be looked up by. */
export interface BranchState {
  /** How to connect to the branch's database. */
  database?: pulumi.Input<inputs.BranchDatabase | undefined>;
  /** Git branch that it follows. */
  gitBranch?: pulumi.Input<string | undefined>;
  /** Ref of the project that it is a branch of. */
  parentProjectRef?: pulumi.Input<string | undefined>;
  /** Whether it outlives its pull request. Default false. */
  persistent?: pulumi.Input<boolean | undefined>;
  /** Region code; a change replaces the branch. */
  region?: pulumi.Input<string | undefined>;
}

/** The arguments of a Branch. */
export interface BranchArgs {
  /** Git branch that it follows. */
  gitBranch: pulumi.Input<string>;
  /** Ref of the project that it is a branch of. */
  parentProjectRef: pulumi.Input<string>;
  /** Whether it outlives its pull request. Default false. */
  persistent?: pulumi.Input<boolean | undefined>;
  /** Region code; a change replaces the branch. */
  region?: pulumi.Input<string | undefined>;
}
