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

/** No program of ours sends events anywhere but to EventBridge; other destinations are what somebody added. */
const foreign = structure("list", {
  check: (value) =>
    Array.isArray(value) && value.length > 0
      ? "must be left out: the local stand-in sends events to EventBridge alone"
      : undefined,
});

/** Whom a bucket tells what happens in it: all of that in one resource. */
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
    // moto forgets that EventBridge is told, since that has no content: then it stays as it was.
    const isTold = found.EventBridgeConfiguration !== undefined;
    return { ...(isTold && { eventbridge: true }), topics, queues, lambdaFunctions };
  },
  async remove(s3, bucket, options) {
    const command = { Bucket: bucket, NotificationConfiguration: {} };
    await s3.send(new PutBucketNotificationConfigurationCommand(command), options);
  },
});
