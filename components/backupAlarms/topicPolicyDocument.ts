import { denyPlainHttp, type PolicyDocument, policyDocument } from "../policyDocument";

/** Alarms and event rules of this account may publish; nobody may over plain HTTP. */
export function topicPolicyDocument(topicArn: string, accountId: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "AlarmsAndEventsPublish",
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
    denyPlainHttp("sns:Publish", topicArn),
  );
}
