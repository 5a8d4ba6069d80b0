import { arnIn, arnsInRegions, dashboardArn, type PolicyPlace } from "./place";
import type { ServiceRights } from "./rights";

/** Returns the permissions on alarms: their topic, rules and dashboard, and the probe. */
export function monitoringRights(place: PolicyPlace): readonly ServiceRights[] {
  const { prefix } = place;
  return [
    {
      name: "Topic",
      resources: arnsInRegions(place, "sns", `${prefix}-backup-*`),
      reads: [
        "sns:GetDataProtectionPolicy",
        "sns:GetSubscriptionAttributes",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
      ],
      writes: [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:Unsubscribe",
        "sns:UntagResource",
      ],
    },
    {
      name: "Alarms",
      resources: [
        ...arnsInRegions(place, "cloudwatch", `alarm:${prefix}-backup-*`),
        arnIn(place, "cloudwatch", `alarm:${prefix}-monitoring-*`),
        dashboardArn(place),
      ],
      reads: ["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"],
      writes: [
        "cloudwatch:DeleteDashboards",
        "cloudwatch:PutDashboard",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:*AlarmActions",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
    },
    {
      name: "Probe",
      resources: arnIn(place, "lambda", `function:${prefix}-monitoring`),
      reads: ["lambda:Get*", "lambda:List*"],
      writes: [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
    },
    {
      name: "Rules",
      resources: arnsInRegions(place, "events", `rule/${prefix}-backup-*`),
      reads: ["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule"],
      writes: [
        "events:DeleteRule",
        "events:DisableRule",
        "events:EnableRule",
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:TagResource",
        "events:UntagResource",
      ],
    },
  ];
}
