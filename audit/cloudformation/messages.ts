import type { JsonObject } from "../../foundation/json";
import { type Counterpart, defined, documentOf, objectOf, pascal, sameNames } from "./counterpart";

function eventTarget({ arn, targetId, deadLetterConfig, inputTransformer }: JsonObject): JsonObject {
  const { inputPaths, inputTemplate } = objectOf(inputTransformer);
  return defined({
    Arn: arn,
    Id: targetId,
    DeadLetterConfig: deadLetterConfig && pascal(deadLetterConfig),
    InputTransformer:
      inputTransformer && defined({ InputPathsMap: inputPaths, InputTemplate: inputTemplate }),
  });
}

/** Returns the dimensions of a metric as a list of names and values. */
const dimensionList = (dimensions: JsonObject) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/** SNS, SQS, EventBridge and CloudWatch. */
export const messages: Readonly<Record<string, Counterpart>> = {
  "aws:sns/topic:Topic": {
    type: "AWS::SNS::Topic",
    ref: "arn",
    properties: ({ name, ...inputs }) => ({ ...sameNames(inputs), TopicName: name }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    type: "AWS::SNS::TopicPolicy",
    properties: ({ arn, policy, ...inputs }) => ({
      ...sameNames(inputs),
      Topics: arn === undefined ? [] : [arn],
      PolicyDocument: documentOf(policy),
    }),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    type: "AWS::SNS::Subscription",
    ref: "arn",
    properties: ({ topic, ...inputs }) => ({ ...sameNames(inputs), TopicArn: topic }),
  },
  "aws:sqs/queue:Queue": {
    type: "AWS::SQS::Queue",
    ref: "url",
    properties: ({ name, messageRetentionSeconds, ...inputs }) => ({
      ...sameNames(inputs),
      QueueName: name,
      MessageRetentionPeriod: messageRetentionSeconds,
    }),
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    type: "AWS::SQS::QueuePolicy",
    properties: ({ queueUrl, policy, ...inputs }) => ({
      ...sameNames(inputs),
      Queues: queueUrl === undefined ? [] : [queueUrl],
      PolicyDocument: documentOf(policy),
    }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    type: "AWS::Events::Rule",
    ref: "name",
    properties: ({ name, eventPattern, ...inputs }, { find }) => ({
      ...sameNames(inputs),
      Name: name,
      EventPattern: documentOf(eventPattern),
      Targets: find("aws:cloudwatch/eventTarget:EventTarget", "rule", name).map(eventTarget),
    }),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    type: "AWS::Logs::LogGroup",
    ref: "name",
    properties: ({ name, ...inputs }) => ({ ...sameNames(inputs, "skipDestroy"), LogGroupName: name }),
  },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
    type: "AWS::Logs::MetricFilter",
    properties: ({ name, pattern, metricTransformation, ...inputs }) => {
      const transformation = objectOf(metricTransformation);
      return {
        ...sameNames(inputs),
        FilterName: name,
        FilterPattern: pattern,
        MetricTransformations: [
          defined({
            MetricName: transformation.name,
            MetricNamespace: transformation.namespace,
            MetricValue: transformation.value,
            DefaultValue:
              transformation.defaultValue === undefined ? undefined : Number(transformation.defaultValue),
            Unit: transformation.unit,
          }),
        ],
      };
    },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    type: "AWS::CloudWatch::Alarm",
    properties: ({ name, okActions, dimensions, ...inputs }) => ({
      ...sameNames(inputs),
      AlarmName: name,
      OKActions: okActions,
      Dimensions: dimensions && dimensionList(objectOf(dimensions)),
    }),
  },
  "aws:cloudwatch/dashboard:Dashboard": {
    type: "AWS::CloudWatch::Dashboard",
    properties: (inputs) => sameNames(inputs),
  },
};
