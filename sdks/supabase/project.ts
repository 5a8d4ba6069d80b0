import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** A Supabase project: a PostgreSQL database and the services around it. Its id is the project's ref. */
export class Project extends pulumi.CustomResource {
  /** The state of an existing Project with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ProjectState,
    opts?: pulumi.CustomResourceOptions,
  ): Project {
    return new Project(name, (state ?? {}) as ProjectArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/project:Project";

  /** Returns whether the object is a Project, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is Project {
    return utilities.isOfType(obj, Project.__pulumiType);
  }

  /** Password of the role `postgres`; at least 4 characters. It is never read back. */
  declare readonly databasePassword: pulumi.Output<string>;
  /** Compute size such as `micro` or `small`. Default: the smallest of the organization's plan. */
  declare readonly instanceSize: pulumi.Output<string>;
  /** Whether the JWT keys `anon` and `service_role` are accepted. */
  declare readonly legacyApiKeysEnabled: pulumi.Output<boolean>;
  /** Name of the project. Default: generated from the resource's name. */
  declare readonly name: pulumi.Output<string>;
  /** Slug of the organization. It cannot be changed: an update fails. */
  declare readonly organizationId: pulumi.Output<string>;
  /** Region code such as `eu-central-1`. It cannot be changed: an update fails. */
  declare readonly region: pulumi.Output<string>;
  /** How long to wait for the project to come up. */
  declare readonly timeouts: pulumi.Output<outputs.ProjectTimeouts | undefined>;

  constructor(name: string, args: ProjectArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      Project.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: [
          "databasePassword",
          "instanceSize",
          "legacyApiKeysEnabled",
          "name",
          "organizationId",
          "region",
          "timeouts",
        ],
        required: ["databasePassword", "organizationId", "region"],
        secrets: ["databasePassword"],
      }),
      utilities.resourceOptions(opts, { additionalSecretOutputs: ["databasePassword"] }),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which a Project can be looked up. */
export interface ProjectState {
  /** Password of the role `postgres`; at least 4 characters. It is never read back. */
  databasePassword?: pulumi.Input<string | undefined>;
  /** Compute size such as `micro` or `small`. Default: the smallest of the organization's plan. */
  instanceSize?: pulumi.Input<string | undefined>;
  /** Whether the JWT keys `anon` and `service_role` are accepted. */
  legacyApiKeysEnabled?: pulumi.Input<boolean | undefined>;
  /** Name of the project. Default: generated from the resource's name. */
  name?: pulumi.Input<string | undefined>;
  /** Slug of the organization. It cannot be changed: an update fails. */
  organizationId?: pulumi.Input<string | undefined>;
  /** Region code such as `eu-central-1`. It cannot be changed: an update fails. */
  region?: pulumi.Input<string | undefined>;
  /** How long to wait for the project to come up. */
  timeouts?: pulumi.Input<inputs.ProjectTimeouts | undefined>;
}

/** The arguments of a Project. */
export interface ProjectArgs {
  /** Password of the role `postgres`; at least 4 characters. It is never read back. */
  databasePassword: pulumi.Input<string>;
  /** Compute size such as `micro` or `small`. Default: the smallest of the organization's plan. */
  instanceSize?: pulumi.Input<string | undefined>;
  /** Whether the JWT keys `anon` and `service_role` are accepted. */
  legacyApiKeysEnabled?: pulumi.Input<boolean | undefined>;
  /** Name of the project. Default: generated from the resource's name. */
  name?: pulumi.Input<string | undefined>;
  /** Slug of the organization. It cannot be changed: an update fails. */
  organizationId: pulumi.Input<string>;
  /** Region code such as `eu-central-1`. It cannot be changed: an update fails. */
  region: pulumi.Input<string>;
  /** How long to wait for the project to come up. */
  timeouts?: pulumi.Input<inputs.ProjectTimeouts | undefined>;
}
