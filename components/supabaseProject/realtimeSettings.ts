import type { StackConfig } from "../../config";
import type { RealtimeSettings } from "../../plugins/supabasex/sdk";

/** Returns the limits of the Realtime service, which the bridged provider does not have. */
export function realtimeSettings(realtime: StackConfig["realtime"]): RealtimeSettings {
  return {
    suspend: !realtime.enabled,
    privateOnly: realtime.privateOnly,
    maxConcurrentUsers: realtime.maxConcurrentUsers,
    maxEventsPerSecond: realtime.maxEventsPerSecond,
    maxChannelsPerClient: realtime.maxChannelsPerClient,
    maxJoinsPerSecond: realtime.maxJoinsPerSecond,
  };
}
