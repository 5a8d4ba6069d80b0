export { AwsWatch, type AwsWatchArgs, type DeclaredAwsParts } from "./awsWatch";
export { EdgeFunctionDeployment, type EdgeFunctionDeploymentArgs } from "./edgeFunctionDeployment";
export {
  PlatformSettings,
  type PlatformSettingsArgs,
  type PoolerSettings,
  type RealtimeSettings,
} from "./platformSettings";
export { type DeclaredProjectParts, ProjectWatch, type ProjectWatchArgs } from "./projectWatch";
export { readBundleFiles } from "./readBundleFiles";
export {
  SqlBundle,
  type SqlBundleArgs,
  type SqlBundleConnectionArgs,
  type SqlBundleDrift,
  type SqlBundleLimitsArgs,
} from "./sqlBundle";
