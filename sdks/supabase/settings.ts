import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** The settings of a project, one JSON string per section. Deleting the resource does not change them. */
export class Settings extends pulumi.CustomResource {
  /** The state of an existing Settings with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: SettingsState,
    opts?: pulumi.CustomResourceOptions,
  ): Settings {
    return new Settings(name, (state ?? {}) as SettingsArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/settings:Settings";

  /** Returns whether the object is a Settings, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is Settings {
    return utilities.isOfType(obj, Settings.__pulumiType);
  }

  /** Data API: `db_schema`, `db_extra_search_path`, `max_rows`, `db_pool`. */
  declare readonly api: pulumi.Output<string | undefined>;
  /** Auth. It is not marked as secret: wrap a string that contains secrets. */
  declare readonly auth: pulumi.Output<string | undefined>;
  /** PostgreSQL parameters that override those of the compute size. */
  declare readonly database: pulumi.Output<string | undefined>;
  /** `restrictions`: the CIDR ranges that may connect, IPv4 before IPv6. */
  declare readonly network: pulumi.Output<string | undefined>;
  /** Accepted and ignored by the provider. */
  declare readonly pooler: pulumi.Output<string | undefined>;
  /** Ref of the project. */
  declare readonly projectRef: pulumi.Output<string>;
  /** Whether connections to the database must use SSL. A change restarts it. */
  declare readonly sslEnforcement: pulumi.Output<boolean | undefined>;
  /** Storage: `fileSizeLimit` in bytes, `features`, `external`. */
  declare readonly storage: pulumi.Output<string | undefined>;
  /** How long to wait for the project and its services. */
  declare readonly timeouts: pulumi.Output<outputs.SettingsTimeouts | undefined>;

  constructor(name: string, args: SettingsArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      Settings.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: [
          "api",
          "auth",
          "database",
          "network",
          "pooler",
          "projectRef",
          "sslEnforcement",
          "storage",
          "timeouts",
        ],
        required: ["projectRef"],
      }),
      utilities.resourceOptions(opts),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which a Settings can be looked up. */
export interface SettingsState {
  /** Data API: `db_schema`, `db_extra_search_path`, `max_rows`, `db_pool`. */
  api?: pulumi.Input<string | undefined>;
  /** Auth. It is not marked as secret: wrap a string that contains secrets. */
  auth?: pulumi.Input<string | undefined>;
  /** PostgreSQL parameters that override those of the compute size. */
  database?: pulumi.Input<string | undefined>;
  /** `restrictions`: the CIDR ranges that may connect, IPv4 before IPv6. */
  network?: pulumi.Input<string | undefined>;
  /** Accepted and ignored by the provider. */
  pooler?: pulumi.Input<string | undefined>;
  /** Ref of the project. */
  projectRef?: pulumi.Input<string | undefined>;
  /** Whether connections to the database must use SSL. A change restarts it. */
  sslEnforcement?: pulumi.Input<boolean | undefined>;
  /** Storage: `fileSizeLimit` in bytes, `features`, `external`. */
  storage?: pulumi.Input<string | undefined>;
  /** How long to wait for the project and its services. */
  timeouts?: pulumi.Input<inputs.SettingsTimeouts | undefined>;
}

/** The arguments of a Settings. */
export interface SettingsArgs {
  /** Data API: `db_schema`, `db_extra_search_path`, `max_rows`, `db_pool`. */
  api?: pulumi.Input<string | undefined>;
  /** Auth. It is not marked as secret: wrap a string that contains secrets. */
  auth?: pulumi.Input<string | undefined>;
  /** PostgreSQL parameters that override those of the compute size. */
  database?: pulumi.Input<string | undefined>;
  /** `restrictions`: the CIDR ranges that may connect, IPv4 before IPv6. */
  network?: pulumi.Input<string | undefined>;
  /** Accepted and ignored by the provider. */
  pooler?: pulumi.Input<string | undefined>;
  /** Ref of the project. */
  projectRef: pulumi.Input<string>;
  /** Whether connections to the database must use SSL. A change restarts it. */
  sslEnforcement?: pulumi.Input<boolean | undefined>;
  /** Storage: `fileSizeLimit` in bytes, `features`, `external`. */
  storage?: pulumi.Input<string | undefined>;
  /** How long to wait for the project and its services. */
  timeouts?: pulumi.Input<inputs.SettingsTimeouts | undefined>;
}
