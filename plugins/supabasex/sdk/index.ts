export {
  PlatformSettings,
  type PlatformSettingsArgs,
  type PoolerSettings,
  type RealtimeSettings,
} from "./platformSettings";
export { readBundleFiles } from "./readBundleFiles";
export {
  SqlBundle,
  type SqlBundleArgs,
  type SqlBundleConnectionArgs,
  type SqlBundleDrift,
  type SqlBundleLimitsArgs,
} from "./sqlBundle";
