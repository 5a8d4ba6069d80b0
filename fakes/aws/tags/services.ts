import {
  TagResourceCommand as TagAlarm,
  UntagResourceCommand as UntagAlarm,
} from "@aws-sdk/client-cloudwatch";
import {
  TagResourceCommand as TagLog,
  UntagResourceCommand as UntagLog,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand } from "@aws-sdk/client-ec2";
import {
  ListTagsForResourceCommand as ListRepositoryTags,
  TagResourceCommand as TagRepository,
  UntagResourceCommand as UntagRepository,
} from "@aws-sdk/client-ecr";
import { TagResourceCommand as TagEcs, UntagResourceCommand as UntagEcs } from "@aws-sdk/client-ecs";
import {
  ListTagsForResourceCommand as ListRuleTags,
  TagResourceCommand as TagRule,
  UntagResourceCommand as UntagRule,
} from "@aws-sdk/client-eventbridge";
import {
  ListOpenIDConnectProviderTagsCommand,
  ListPolicyTagsCommand,
  TagOpenIDConnectProviderCommand,
  TagPolicyCommand,
  TagRoleCommand,
  UntagOpenIDConnectProviderCommand,
  UntagPolicyCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import {
  ListResourceTagsCommand,
  TagResourceCommand as TagKey,
  UntagResourceCommand as UntagKey,
} from "@aws-sdk/client-kms";
import {
  ListTagsCommand as ListFunctionTags,
  TagResourceCommand as TagFunction,
  UntagResourceCommand as UntagFunction,
} from "@aws-sdk/client-lambda";
import {
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import {
  ListTagsForResourceCommand as ListScheduleTags,
  TagResourceCommand as TagSchedule,
  UntagResourceCommand as UntagSchedule,
} from "@aws-sdk/client-scheduler";
import {
  TagResourceCommand as TagSecret,
  UntagResourceCommand as UntagSecret,
} from "@aws-sdk/client-secrets-manager";
import {
  ListTagsForResourceCommand as ListTopicTags,
  TagResourceCommand as TagTopic,
  UntagResourceCommand as UntagTopic,
} from "@aws-sdk/client-sns";
import { ListQueueTagsCommand, TagQueueCommand, UntagQueueCommand } from "@aws-sdk/client-sqs";
import type { JsonObject } from "../../../foundation/json";
import { unlessMissing } from "../errors";
import type { Tagging, TagList } from "./taggable";
import { listByArn } from "./taggingService";
import { tagsFromService, tagsToKey, tagsToService } from "./tags";

const byArn = (_id: string, { arn }: JsonObject) => String(arn);
const byId = (id: string) => id;

export const alarmTags: Tagging = {
  place: byArn,
  list: listByArn,
  add: (aws, ResourceARN, tags, options) =>
    aws.use("cloudwatch").send(new TagAlarm({ ResourceARN, Tags: tagsToService(tags) }), options),
  remove: (aws, ResourceARN, TagKeys, options) =>
    aws.use("cloudwatch").send(new UntagAlarm({ ResourceARN, TagKeys }), options),
};

export const logGroupTags: Tagging = {
  place: byArn,
  list: listByArn,
  add: (aws, resourceArn, tags, options) => aws.use("logs").send(new TagLog({ resourceArn, tags }), options),
  remove: (aws, resourceArn, tagKeys, options) =>
    aws.use("logs").send(new UntagLog({ resourceArn, tagKeys }), options),
};

/** Tags of all EC2 resources. */
export const ec2Tags: Tagging = {
  place: byId,
  list: async (aws, id, options) => {
    const Filters = [{ Name: "resource-id", Values: [id] }];
    return tagsFromService((await aws.use("ec2").send(new DescribeTagsCommand({ Filters }), options)).Tags);
  },
  add: (aws, id, tags, options) =>
    aws.use("ec2").send(new CreateTagsCommand({ Resources: [id], Tags: tagsToService(tags) }), options),
  remove: (aws, id, keys, options) =>
    aws
      .use("ec2")
      .send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }), options),
};

/** Tags of ECS clusters and task definitions. */
export const ecsTags: Tagging = {
  place: byArn,
  add: (aws, resourceArn, tags, options) =>
    aws.use("ecs").send(
      new TagEcs({
        resourceArn,
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      }),
      options,
    ),
  remove: (aws, resourceArn, tagKeys, options) =>
    aws.use("ecs").send(new UntagEcs({ resourceArn, tagKeys }), options),
};

export const eventRuleTags: Tagging = {
  place: byArn,
  list: async (aws, ResourceARN, options) =>
    tagsFromService((await aws.use("events").send(new ListRuleTags({ ResourceARN }), options)).Tags),
  add: (aws, ResourceARN, tags, options) =>
    aws.use("events").send(new TagRule({ ResourceARN, Tags: tagsToService(tags) }), options),
  remove: (aws, ResourceARN, TagKeys, options) =>
    aws.use("events").send(new UntagRule({ ResourceARN, TagKeys }), options),
};

export const roleTags: Tagging = {
  place: byId,
  add: (aws, RoleName, tags, options) =>
    aws.use("iam").send(new TagRoleCommand({ RoleName, Tags: tagsToService(tags) }), options),
  remove: (aws, RoleName, TagKeys, options) =>
    aws.use("iam").send(new UntagRoleCommand({ RoleName, TagKeys }), options),
};

export const policyTags: Tagging = {
  place: byId,
  list: async (aws, PolicyArn, options) =>
    tagsFromService((await aws.use("iam").send(new ListPolicyTagsCommand({ PolicyArn }), options)).Tags),
  add: (aws, PolicyArn, tags, options) =>
    aws.use("iam").send(new TagPolicyCommand({ PolicyArn, Tags: tagsToService(tags) }), options),
  remove: (aws, PolicyArn, TagKeys, options) =>
    aws.use("iam").send(new UntagPolicyCommand({ PolicyArn, TagKeys }), options),
};

export const identityProviderTags: Tagging = {
  place: byId,
  list: async (aws, OpenIDConnectProviderArn, options) => {
    const command = new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn });
    return tagsFromService((await aws.use("iam").send(command, options)).Tags);
  },
  add: (aws, OpenIDConnectProviderArn, tags, options) => {
    const Tags = tagsToService(tags);
    return aws
      .use("iam")
      .send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }), options);
  },
  remove: (aws, OpenIDConnectProviderArn, TagKeys, options) =>
    aws
      .use("iam")
      .send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys }), options),
};

export const repositoryTags: Tagging = {
  place: byArn,
  list: async (aws, resourceArn, options) => {
    const { tags = [] } = await aws.use("ecr").send(new ListRepositoryTags({ resourceArn }), options);
    return tagsFromService(tags);
  },
  add: (aws, resourceArn, tags, options) =>
    aws.use("ecr").send(new TagRepository({ resourceArn, tags: tagsToService(tags) }), options),
  remove: (aws, resourceArn, tagKeys, options) =>
    aws.use("ecr").send(new UntagRepository({ resourceArn, tagKeys }), options),
};

export const keyTags: Tagging = {
  place: byId,
  list: async (aws, KeyId, options) => {
    const { Tags = [] } = await aws.use("kms").send(new ListResourceTagsCommand({ KeyId }), options);
    return tagsFromService(Tags.map(({ TagKey: Key, TagValue: Value }) => ({ Key, Value })));
  },
  add: (aws, KeyId, tags, options) =>
    aws.use("kms").send(new TagKey({ KeyId, Tags: tagsToKey(tags) }), options),
  remove: (aws, KeyId, TagKeys, options) => aws.use("kms").send(new UntagKey({ KeyId, TagKeys }), options),
};

const bucketTagSet = async (...[aws, Bucket, options]: Parameters<TagList>) => {
  const answer = aws.use("s3").send(new GetBucketTaggingCommand({ Bucket }), options);
  return tagsFromService((await unlessMissing(answer, "NoSuchTagSet"))?.TagSet);
};

/** S3 only replaces all tags of a bucket at once. */
export const bucketTags: Tagging = {
  place: byId,
  list: bucketTagSet,
  add: async (aws, Bucket, tags, options) => {
    const TagSet = tagsToService({ ...(await bucketTagSet(aws, Bucket, options)), ...tags });
    await aws.use("s3").send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }), options);
  },
  remove: async (aws, Bucket, keys, options) => {
    const had = await bucketTagSet(aws, Bucket, options);
    const TagSet = tagsToService(had).filter(({ Key }) => !keys.includes(Key));
    if (TagSet.length === 0) await aws.use("s3").send(new DeleteBucketTaggingCommand({ Bucket }), options);
    else await aws.use("s3").send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }), options);
  },
};

export const scheduleGroupTags: Tagging = {
  place: byArn,
  list: async (aws, ResourceArn, options) =>
    tagsFromService((await aws.use("scheduler").send(new ListScheduleTags({ ResourceArn }), options)).Tags),
  add: (aws, ResourceArn, tags, options) =>
    aws.use("scheduler").send(new TagSchedule({ ResourceArn, Tags: tagsToService(tags) }), options),
  remove: (aws, ResourceArn, TagKeys, options) =>
    aws.use("scheduler").send(new UntagSchedule({ ResourceArn, TagKeys }), options),
};

export const secretTags: Tagging = {
  place: byId,
  add: (aws, SecretId, tags, options) =>
    aws.use("secretsmanager").send(new TagSecret({ SecretId, Tags: tagsToService(tags) }), options),
  remove: (aws, SecretId, TagKeys, options) =>
    aws.use("secretsmanager").send(new UntagSecret({ SecretId, TagKeys }), options),
};

export const topicTags: Tagging = {
  place: byId,
  list: async (aws, ResourceArn, options) =>
    tagsFromService((await aws.use("sns").send(new ListTopicTags({ ResourceArn }), options)).Tags),
  add: (aws, ResourceArn, tags, options) =>
    aws.use("sns").send(new TagTopic({ ResourceArn, Tags: tagsToService(tags) }), options),
  remove: (aws, ResourceArn, TagKeys, options) =>
    aws.use("sns").send(new UntagTopic({ ResourceArn, TagKeys }), options),
};

export const queueTags: Tagging = {
  place: byId,
  list: async (aws, QueueUrl, options) =>
    (await aws.use("sqs").send(new ListQueueTagsCommand({ QueueUrl }), options)).Tags ?? {},
  add: (aws, QueueUrl, Tags, options) =>
    aws.use("sqs").send(new TagQueueCommand({ QueueUrl, Tags: { ...Tags } }), options),
  remove: (aws, QueueUrl, TagKeys, options) =>
    aws.use("sqs").send(new UntagQueueCommand({ QueueUrl, TagKeys }), options),
};

export const functionTags: Tagging = {
  place: byArn,
  list: async (aws, Resource, options) =>
    (await aws.use("lambda").send(new ListFunctionTags({ Resource }), options)).Tags ?? {},
  add: (aws, Resource, Tags, options) => aws.use("lambda").send(new TagFunction({ Resource, Tags }), options),
  remove: (aws, Resource, TagKeys, options) =>
    aws.use("lambda").send(new UntagFunction({ Resource, TagKeys }), options),
};
