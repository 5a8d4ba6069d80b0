import { z } from "zod";
import { longestFreshnessHours } from "../aws/schedule";
import { distinct, emailAddress, integer, matching } from "../fields";

/** Who is notified of a failed or missing backup, and when. */
export const alertsSchema = z.strictObject({
  emails: distinct(emailAddress())
    .default([])
    .meta({ description: "Addresses that the alarm topic mails to.", example: "operations@example.com" }),
  topicArn: matching(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
    "must be the ARN of an SNS topic",
  )
    .optional()
    .meta({
      description: "Existing topic to use in place of one of our own.",
      example: "arn:aws:sns:us-east-1:123456789012:operations",
    }),
  freshnessHours: integer(1, longestFreshnessHours).default(26).meta({
    description: "Alarm when the newest backup is older; must be longer than the schedule's longest gap.",
  }),
  drillFreshnessHours: integer(1, longestFreshnessHours).default(50).meta({
    description:
      "Alarm when no drill passed for so long; must be longer than the drill schedule's longest gap.",
  }),
  pruneFreshnessHours: integer(1, longestFreshnessHours).default(50).meta({
    description:
      "Alarm when a backup was not deleted so long after it should have gone; must be longer than the prune schedule's longest gap.",
  }),
  durationMinutes: integer(1, 10_080).default(180).meta({
    description: "Alarm when a backup took longer: soon it may not end before the next one begins.",
  }),
  minimumSizePercent: integer(1, 100).default(50).meta({
    description: "Alarm when a backup is smaller than this share of the one before.",
  }),
});
