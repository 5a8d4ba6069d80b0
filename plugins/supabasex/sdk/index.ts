export {
  PlatformSettings,
  type PlatformSettingsArgs,
  type PoolerSettings,
  type RealtimeSettings,
} from "./platformSettings";
export type { FileEntry, FileKind } from "../bundleFiles";
export { readBundleFiles } from "./readBundleFiles";
export {
  SqlBundle,
  type SqlBundleArgs,
  type SqlBundleCatalog,
  type SqlBundleConnectionArgs,
  type SqlBundleLimitsArgs,
} from "./sqlBundle";
