import { denyPlainHttp, type PolicyDocument, policyDocument } from "../policyDocument";

/**
 * Alarms of this account and event rules may publish; nobody may over plain HTTP. EventBridge tells SNS no source account, so
 * a condition on it would keep every event out, without a word: "You can't use Condition blocks in Amazon SNS topic policies
 * for EventBridge". What a stranger's rule could do with the topic is ring it.
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
