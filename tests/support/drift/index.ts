import { accessChanges } from "./accessChanges";
import type { BundleChange } from "./bundleChange";
import { codeChanges } from "./codeChanges";
import { dependentChanges } from "./dependentChanges";
import { partitionChanges } from "./partitionChanges";
import { structureChanges } from "./structureChanges";

export type { BundleChange } from "./bundleChange";
export { type HarmlessChange, harmlessChanges } from "./harmlessChanges";
export { driftBundleDirectory, driftPrerequisites, makeDriftWorld } from "./world";

export const bundleChanges: readonly BundleChange[] = [
  ...accessChanges,
  ...codeChanges,
  ...structureChanges,
  ...dependentChanges,
  ...partitionChanges,
];
