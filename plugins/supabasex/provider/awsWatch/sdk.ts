/**
 * The part of the AWS SDK that AwsWatch uses. It is imported when a watch is read, so other operations do not evaluate it. The
 * imports name what they use, so the bundle contains only these parts: the whole packages take a second to load.
 */
export {
  CloudWatchClient,
  GetAlarmMuteRuleCommand,
  paginateListAlarmMuteRules,
  ResourceNotFoundException as NoSuchMuteRule,
} from "@aws-sdk/client-cloudwatch";
export {
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  InvalidParameterException as InvalidLogParameter,
  paginateDescribeMetricFilters,
  paginateDescribeSubscriptionFilters,
  ResourceNotFoundException as NoSuchLogGroup,
} from "@aws-sdk/client-cloudwatch-logs";
export { DescribeServicesCommand, ECSClient, paginateListServices } from "@aws-sdk/client-ecs";
export { EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
export { KMSClient, paginateListGrants } from "@aws-sdk/client-kms";
export {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  paginateListEventSourceMappings,
  ResourceNotFoundException as NoSuchFunction,
} from "@aws-sdk/client-lambda";
export {
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketWebsiteCommand,
  ListBucketAnalyticsConfigurationsCommand,
  ListBucketInventoryConfigurationsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
export { paginateListSchedules, SchedulerClient } from "@aws-sdk/client-scheduler";
export { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
export { paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
export { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
export { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
