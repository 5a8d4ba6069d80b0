import { clusterHasInsights } from "./ecs/clusterHasInsights";
import { containerHasNoPlainSecret } from "./ecs/containerHasNoPlainSecret";
import { containerHasNoPrivileges } from "./ecs/containerHasNoPrivileges";
import { containerIsNotRoot } from "./ecs/containerIsNotRoot";
import { containerRootIsReadOnly } from "./ecs/containerRootIsReadOnly";
import { containerWritesLog } from "./ecs/containerWritesLog";
import { imageIsPinned } from "./ecs/imageIsPinned";
import { taskHasOwnNetwork } from "./ecs/taskHasOwnNetwork";
import { taskRolesDiffer } from "./ecs/taskRolesDiffer";
import { passRoleNamesService } from "./iam/passRoleNamesService";
import { roleHasNoManagedPolicy } from "./iam/roleHasNoManagedPolicy";
import { rolePolicyNamesActions } from "./iam/rolePolicyNamesActions";
import { rolePolicyNamesResources } from "./iam/rolePolicyNamesResources";
import { roleTrustNamesAccount } from "./iam/roleTrustNamesAccount";
import { keyPolicyIsClosed } from "./kms/keyPolicyIsClosed";
import { keyRotates } from "./kms/keyRotates";
import { keyWaitsForDeletion } from "./kms/keyWaitsForDeletion";
import { functionEndsInTime } from "./lambda/functionEndsInTime";
import { functionHasNoPlainSecret } from "./lambda/functionHasNoPlainSecret";
import { functionRuntimeIsSupported } from "./lambda/functionRuntimeIsSupported";
import { functionTakesNoStranger } from "./lambda/functionTakesNoStranger";
import { functionWritesLog } from "./lambda/functionWritesLog";
import { queueDeniesPlainHttp } from "./messaging/queueDeniesPlainHttp";
import { queueHasOwnKey } from "./messaging/queueHasOwnKey";
import { queueIsClosed } from "./messaging/queueIsClosed";
import { queueIsEncrypted } from "./messaging/queueIsEncrypted";
import { topicDeniesPlainHttp } from "./messaging/topicDeniesPlainHttp";
import { topicHasOwnKey } from "./messaging/topicHasOwnKey";
import { topicIsClosed } from "./messaging/topicIsClosed";
import { alarmRings } from "./monitoring/alarmRings";
import { eventTargetHasDeadLetterQueue } from "./monitoring/eventTargetHasDeadLetterQueue";
import { logGroupForgets } from "./monitoring/logGroupForgets";
import { logGroupKeepsAYear } from "./monitoring/logGroupKeepsAYear";
import { defaultSecurityGroupIsClosed } from "./network/defaultSecurityGroupIsClosed";
import { endpointHasPolicy } from "./network/endpointHasPolicy";
import { networkRecordsConnections } from "./network/networkRecordsConnections";
import { securityGroupIsDescribed } from "./network/securityGroupIsDescribed";
import { securityGroupLetsNothingIn } from "./network/securityGroupLetsNothingIn";
import { securityGroupNamesPorts } from "./network/securityGroupNamesPorts";
import { subnetGivesNoPublicAddress } from "./network/subnetGivesNoPublicAddress";
import { databaseEnforcesSsl } from "./ours/databaseEnforcesSsl";
import { dataIsProtected } from "./ours/dataIsProtected";
import { resourceIsTagged } from "./ours/resourceIsTagged";
import { tablesHaveRowSecurity } from "./ours/tablesHaveRowSecurity";
import type { ResourceRule, StackRule } from "./rule";
import { bucketBlocksPublicAccess } from "./s3/bucketBlocksPublicAccess";
import { bucketDropsUnfinishedUploads } from "./s3/bucketDropsUnfinishedUploads";
import { bucketEncryptsWithBucketKey } from "./s3/bucketEncryptsWithBucketKey";
import { bucketHasEncryption } from "./s3/bucketHasEncryption";
import { bucketHasLifecycle } from "./s3/bucketHasLifecycle";
import { bucketHasObjectLock } from "./s3/bucketHasObjectLock";
import { bucketHasOwnershipControls } from "./s3/bucketHasOwnershipControls";
import { bucketHasOwnKey } from "./s3/bucketHasOwnKey";
import { bucketHasPolicy } from "./s3/bucketHasPolicy";
import { bucketHasPublicAccessBlock } from "./s3/bucketHasPublicAccessBlock";
import { bucketHasVersioning } from "./s3/bucketHasVersioning";
import { bucketIsNeverEmptied } from "./s3/bucketIsNeverEmptied";
import { bucketKeepsVersions } from "./s3/bucketKeepsVersions";
import { bucketNameWithoutDots } from "./s3/bucketNameWithoutDots";
import { bucketOwnerEnforced } from "./s3/bucketOwnerEnforced";
import { bucketPolicyAllowsNobody } from "./s3/bucketPolicyAllowsNobody";
import { bucketPolicyDeniesPlainHttp } from "./s3/bucketPolicyDeniesPlainHttp";
import { bucketRecordsRequests } from "./s3/bucketRecordsRequests";
import { bucketReportsDeletions } from "./s3/bucketReportsDeletions";
import { scheduleHasDeadLetterQueue } from "./scheduler/scheduleHasDeadLetterQueue";
import { scheduleHasOwnKey } from "./scheduler/scheduleHasOwnKey";
import { scheduleRetriesBriefly } from "./scheduler/scheduleRetriesBriefly";
import { taskHasNoPublicAddress } from "./scheduler/taskHasNoPublicAddress";
import { secretCanBeRecovered } from "./secrets/secretCanBeRecovered";
import { secretHasOwnKey } from "./secrets/secretHasOwnKey";

/** All rules about single resources. */
export const resourceRules: readonly ResourceRule[] = [
  bucketBlocksPublicAccess,
  bucketKeepsVersions,
  bucketEncryptsWithBucketKey,
  bucketOwnerEnforced,
  bucketPolicyDeniesPlainHttp,
  bucketPolicyAllowsNobody,
  bucketDropsUnfinishedUploads,
  bucketIsNeverEmptied,
  bucketNameWithoutDots,
  keyRotates,
  keyPolicyIsClosed,
  keyWaitsForDeletion,
  rolePolicyNamesActions,
  rolePolicyNamesResources,
  passRoleNamesService,
  roleTrustNamesAccount,
  roleHasNoManagedPolicy,
  containerIsNotRoot,
  containerRootIsReadOnly,
  containerHasNoPrivileges,
  containerHasNoPlainSecret,
  containerWritesLog,
  taskRolesDiffer,
  taskHasOwnNetwork,
  scheduleRetriesBriefly,
  scheduleHasDeadLetterQueue,
  queueIsEncrypted,
  queueDeniesPlainHttp,
  queueIsClosed,
  topicDeniesPlainHttp,
  topicIsClosed,
  logGroupForgets,
  alarmRings,
  eventTargetHasDeadLetterQueue,
  securityGroupLetsNothingIn,
  securityGroupNamesPorts,
  securityGroupIsDescribed,
  defaultSecurityGroupIsClosed,
  subnetGivesNoPublicAddress,
  endpointHasPolicy,
  functionEndsInTime,
  functionHasNoPlainSecret,
  functionRuntimeIsSupported,
  functionTakesNoStranger,
  functionWritesLog,
  resourceIsTagged,
];

/** All rules about a stack as a whole. */
export const stackRules: readonly StackRule[] = [
  bucketHasPublicAccessBlock,
  bucketHasVersioning,
  bucketHasEncryption,
  bucketHasOwnKey,
  bucketHasOwnershipControls,
  bucketHasPolicy,
  bucketHasLifecycle,
  bucketHasObjectLock,
  bucketRecordsRequests,
  bucketReportsDeletions,
  imageIsPinned,
  clusterHasInsights,
  scheduleHasOwnKey,
  taskHasNoPublicAddress,
  topicHasOwnKey,
  queueHasOwnKey,
  logGroupKeepsAYear,
  networkRecordsConnections,
  secretHasOwnKey,
  secretCanBeRecovered,
  dataIsProtected,
  databaseEnforcesSsl,
  tablesHaveRowSecurity,
];
