import * as z from "zod";
import { integer } from "../fields";

/** Realtime: channels, presence and row changes. */
export const realtimeSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the service runs; also `REALTIME_ENABLED`." }),
  privateOnly: z.boolean().default(true).meta({
    description: "Whether only channels with authorization can be joined.",
  }),
  maxConcurrentUsers: integer(1, 50_000).default(200).meta({
    description: "Maximum number of concurrent clients; also `REALTIME_MAX_CONNECTIONS`.",
  }),
  maxEventsPerSecond: integer(1, 50_000)
    .default(100)
    .meta({ description: "Maximum number of events per second." }),
  maxChannelsPerClient: integer(1, 10_000)
    .default(100)
    .meta({ description: "Maximum number of channels per client." }),
  maxJoinsPerSecond: integer(1, 5_000)
    .default(100)
    .meta({ description: "Maximum number of joins per second." }),
  debug: z.boolean().default(false).meta({ description: "`REALTIME_DEBUG` of the application." }),
});
