import { denyPlainHttp, type PolicyDocument, policyDocument } from "../policyDocument";

/**
 * Returns the topic's policy: alarms of this account and event rules may publish, and plain HTTP is denied. EventBridge sends
 * SNS no source account, so a condition on it would silently drop every event: "You can't use Condition blocks in Amazon SNS
 * topic policies for EventBridge". The rule of another account could only trigger a false alarm.
 */
export function topicPolicyDocument(topicArn: string, accountId: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "AlarmsPublish",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    {
      Sid: "EventsPublish",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
      Resource: topicArn,
    },
    denyPlainHttp("sns:Publish", topicArn),
  );
}
