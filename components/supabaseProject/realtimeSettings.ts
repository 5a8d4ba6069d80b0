import type * as pulumi from "@pulumi/pulumi";
import type { RealtimeSettings } from "../../plugins/supabasex/sdk";

/** Realtime: channels, presence and row changes. */
export interface RealtimeArgs {
  /** Whether the service runs. */
  readonly enabled: pulumi.Input<boolean>;
  /** Whether only channels with authorization can be joined. */
  readonly privateOnly: pulumi.Input<boolean>;
  readonly maxConcurrentUsers: pulumi.Input<number>;
  readonly maxEventsPerSecond: pulumi.Input<number>;
  readonly maxChannelsPerClient: pulumi.Input<number>;
  readonly maxJoinsPerSecond: pulumi.Input<number>;
}

/** Returns the limits of the Realtime service, which the bridged provider does not have. */
export function realtimeSettings(realtime: pulumi.Unwrap<RealtimeArgs>): RealtimeSettings {
  return {
    suspend: !realtime.enabled,
    privateOnly: realtime.privateOnly,
    maxConcurrentUsers: realtime.maxConcurrentUsers,
    maxEventsPerSecond: realtime.maxEventsPerSecond,
    maxChannelsPerClient: realtime.maxChannelsPerClient,
    maxJoinsPerSecond: realtime.maxJoinsPerSecond,
  };
}
