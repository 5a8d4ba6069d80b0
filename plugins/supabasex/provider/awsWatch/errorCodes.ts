/** Error codes that mean that the resource does not exist, or that the bucket has no such setting. */
export const nothing = new Set([
  "NoSuchBucket",
  "NotFound",
  "NotFoundException",
  "ResourceNotFoundException",
  "NoSuchCORSConfiguration",
  "NoSuchWebsiteConfiguration",
  "ReplicationConfigurationNotFoundError",
  "ClusterNotFoundException",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchPublicAccessBlockConfiguration",
  "RepositoryPolicyNotFoundException",
  "RepositoryNotFoundException",
]);
/** Codes that mean that the credentials may not read it. */
export const refused = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  // EC2's code for a missing permission.
  "UnauthorizedOperation",
]);
/** Codes that mean that AWS limits the number of requests. */
export const throttled = new Set([
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "SlowDown",
]);
/** Codes for an operation that the region does not have (yet). */
export const absent = new Set([
  "InvalidAction",
  "UnknownOperationException",
  "UnsupportedOperation",
  // Of S3.
  "MethodNotAllowed",
  "NotImplemented",
]);
