import * as z from "zod";
import { maxFreshnessHours } from "../aws/schedule";
import { distinct, emailAddress, integer, matching } from "../fields";

/** Who is notified of a failed or missing backup, and when. */
export const alertsSchema = z.strictObject({
  emails: distinct(emailAddress()).default([]).meta({
    description: "Email addresses to which the alarm topic sends.",
    example: "operations@example.com",
  }),
  topicArn: matching(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
    "must be the ARN of an SNS topic",
  )
    .optional()
    .meta({
      description: "Existing topic to use instead of a new one.",
      example: "arn:aws:sns:us-east-1:123456789012:operations",
    }),
  freshnessHours: integer(1, maxFreshnessHours).default(26).meta({
    description: "Alarm when the newest backup is older; must be longer than the schedule's longest gap.",
  }),
  drillFreshnessHours: integer(1, maxFreshnessHours).default(50).meta({
    description:
      "Alarm when no drill has passed for this many hours; must be longer than the drill schedule's longest gap.",
  }),
  pruneFreshnessHours: integer(1, maxFreshnessHours).default(50).meta({
    description:
      "Alarm when a backup is overdue for deletion by this many hours; must be longer than the prune schedule's longest gap.",
  }),
  durationMinutes: integer(1, 10_080).default(180).meta({
    description: "Alarm when a backup takes longer, because backups may soon overlap.",
  }),
  minimumSizePercent: integer(1, 100).default(50).meta({
    description: "Alarm when a backup is smaller than this percentage of the previous one.",
  }),
});
