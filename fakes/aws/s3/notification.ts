import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import { flag, structure } from "../properties";
import { bucketPart } from "./bucketPart";

type Destination = { id?: string; events: string[] };
type State = {
  eventbridge: boolean;
  topics?: (Destination & { topicArn: string })[];
  queues?: (Destination & { queueArn: string })[];
  lambdaFunctions?: (Destination & { lambdaFunctionArn: string })[];
};

/** The stack's programs only send events to EventBridge. Other destinations are manual changes. */
const foreign = structure("list", {
  check: (value) =>
    Array.isArray(value) && value.length > 0
      ? "must be omitted: the local stand-in only supports events for EventBridge"
      : undefined,
});

/** All destinations of a bucket's events, in one resource. */
export const bucketNotification = bucketPart<State>({
  inputs: { eventbridge: flag(false), topics: foreign, queues: foreign, lambdaFunctions: foreign },
  missing: [],
  async put(s3, bucket, { eventbridge }, options) {
    const NotificationConfiguration = eventbridge ? { EventBridgeConfiguration: {} } : {};
    await s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration }),
      options,
    );
  },
  async get(s3, bucket, options) {
    const found = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }), options);
    const topics = (found.TopicConfigurations ?? []).map(({ Id = "", TopicArn = "", Events = [] }) => ({
      ...{ id: Id, topicArn: TopicArn, events: [...Events] },
    }));
    const queues = (found.QueueConfigurations ?? []).map(({ Id = "", QueueArn = "", Events = [] }) => ({
      ...{ id: Id, queueArn: QueueArn, events: [...Events] },
    }));
    const lambdaFunctions = (found.LambdaFunctionConfigurations ?? []).map(
      ({ Id = "", LambdaFunctionArn = "", Events = [] }) => ({
        ...{ id: Id, lambdaFunctionArn: LambdaFunctionArn, events: [...Events] },
      }),
    );
    // moto does not store an empty EventBridge configuration, so the old value is kept.
    const isTold = found.EventBridgeConfiguration !== undefined;
    return { ...(isTold && { eventbridge: true }), topics, queues, lambdaFunctions };
  },
  async remove(s3, bucket, options) {
    const command = { Bucket: bucket, NotificationConfiguration: {} };
    await s3.send(new PutBucketNotificationConfigurationCommand(command), options);
  },
});
