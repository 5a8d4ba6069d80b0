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

  /** Returns whether the object is a Branch, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is Branch {
    return utilities.isOfType(obj, Branch.__pulumiType);
  }

  /** How to connect to the branch's database. */
  declare readonly database: pulumi.Output<outputs.BranchDatabase>;
  /** The Git branch that it tracks. */
  declare readonly gitBranch: pulumi.Output<string>;
  /** Ref of the parent project. */
  declare readonly parentProjectRef: pulumi.Output<string>;
  /** Whether it is kept when its pull request is closed. Default false. */
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

/** The state properties by which a Branch can be looked up. */
export interface BranchState {
  /** How to connect to the branch's database. */
  database?: pulumi.Input<inputs.BranchDatabase | undefined>;
  /** The Git branch that it tracks. */
  gitBranch?: pulumi.Input<string | undefined>;
  /** Ref of the parent project. */
  parentProjectRef?: pulumi.Input<string | undefined>;
  /** Whether it is kept when its pull request is closed. Default false. */
  persistent?: pulumi.Input<boolean | undefined>;
  /** Region code; a change replaces the branch. */
  region?: pulumi.Input<string | undefined>;
}

/** The arguments of a Branch. */
export interface BranchArgs {
  /** The Git branch that it tracks. */
  gitBranch: pulumi.Input<string>;
  /** Ref of the parent project. */
  parentProjectRef: pulumi.Input<string>;
  /** Whether it is kept when its pull request is closed. Default false. */
  persistent?: pulumi.Input<boolean | undefined>;
  /** Region code; a change replaces the branch. */
  region?: pulumi.Input<string | undefined>;
}
