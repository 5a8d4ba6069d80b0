import * as pulumi from "@pulumi/pulumi";

/** The configurable settings of the pooler. */
export interface PoolerSettings {
  /** Connections to the database per user and database, 0 to 3000. Hosted default: by compute size. */
  defaultPoolSize?: pulumi.Input<number>;
}

/** The limits of the Realtime service. Omitted settings are not changed. */
export interface RealtimeSettings {
  /** Whether clients can only join private channels, which policies guard. */
  privateOnly?: pulumi.Input<boolean>;
  presenceEnabled?: pulumi.Input<boolean>;
  /** Switches the service off. */
  suspend?: pulumi.Input<boolean>;
  /** Database connections that check the authorization of channels, 1 to 100. */
  connectionPool?: pulumi.Input<number>;
  maxConcurrentUsers?: pulumi.Input<number>;
  maxEventsPerSecond?: pulumi.Input<number>;
  maxBytesPerSecond?: pulumi.Input<number>;
  maxChannelsPerClient?: pulumi.Input<number>;
  maxJoinsPerSecond?: pulumi.Input<number>;
  maxPresenceEventsPerSecond?: pulumi.Input<number>;
  maxPayloadSizeInKb?: pulumi.Input<number>;
}

export interface PlatformSettingsArgs {
  /** Ref of the project; a change replaces the resource. */
  projectRef: pulumi.Input<string>;
  /** Region of the project. It cannot change: a preview refuses another value. */
  region?: pulumi.Input<string | undefined>;
  /** Organization of the project. It cannot change either. */
  organizationId?: pulumi.Input<string | undefined>;
  /** URL of the Management API. Default: `SUPABASE_API_ENDPOINT`, else `https://api.supabase.com`. */
  endpoint?: pulumi.Input<string | undefined>;
  /** Access token of the Management API. Default: `SUPABASE_ACCESS_TOKEN`, which is also tried when this is refused. */
  accessToken?: pulumi.Input<string | undefined>;
  pooler?: pulumi.Input<PoolerSettings>;
  realtime?: pulumi.Input<RealtimeSettings>;
}

/**
 * Settings of a Supabase project that the bridged provider drops (pooler) or lacks (realtime), and its status. A project that was
 * paused manually is reported as drift, and the next update restores it. A deleted project is also reported, and the update
 * fails.
 */
export class PlatformSettings extends pulumi.CustomResource {
  declare readonly projectRef: pulumi.Output<string>;
  declare readonly pooler: pulumi.Output<pulumi.UnwrappedObject<PoolerSettings> | undefined>;
  declare readonly realtime: pulumi.Output<pulumi.UnwrappedObject<RealtimeSettings> | undefined>;
  /** `ACTIVE_HEALTHY` while the project is up or coming up; else the API's status, and `REMOVED` if it no longer exists. */
  declare readonly status: pulumi.Output<string>;

  constructor(name: string, args: PlatformSettingsArgs, opts?: pulumi.CustomResourceOptions) {
    const accessToken = args.accessToken === undefined ? undefined : pulumi.secret(args.accessToken);
    super(
      "supabasex:index:PlatformSettings",
      name,
      { ...args, accessToken, status: undefined },
      pulumi.mergeOptions(opts, { version: "0.1.0", additionalSecretOutputs: ["accessToken"] }),
    );
  }
}
