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
  DescribeResourcePoliciesCommand,
  InvalidParameterException as InvalidLogParameter,
  paginateDescribeMetricFilters,
  paginateDescribeSubscriptionFilters,
  ResourceNotFoundException as NoSuchLogGroup,
} from "@aws-sdk/client-cloudwatch-logs";
export { ECRClient, GetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
export {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListServices,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
export {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
export { IAMClient, paginateListInstanceProfiles } from "@aws-sdk/client-iam";
export { KMSClient, paginateListGrants } from "@aws-sdk/client-kms";
export {
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  paginateListEventSourceMappings,
  ResourceNotFoundException as NoSuchFunction,
} from "@aws-sdk/client-lambda";
export { PipesClient, paginateListPipes } from "@aws-sdk/client-pipes";
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
export {
  GetPublicAccessBlockCommand,
  paginateListAccessGrants,
  paginateListAccessPoints,
  paginateListMultiRegionAccessPoints,
  S3ControlClient,
  S3ControlServiceException,
} from "@aws-sdk/client-s3-control";
export { paginateListSchedules, SchedulerClient } from "@aws-sdk/client-scheduler";
export { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
export {
  GetDataProtectionPolicyCommand,
  paginateListSubscriptionsByTopic,
  SNSClient,
} from "@aws-sdk/client-sns";
export { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
export { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
