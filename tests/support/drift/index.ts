import { accessChanges } from "./accessChanges";
import { codeChanges } from "./codeChanges";
import type { HandMadeChange } from "./handMadeChange";
import { structureChanges } from "./structureChanges";

export type { HandMadeChange } from "./handMadeChange";
export { type HarmlessChange, harmlessChanges } from "./harmlessChanges";
export { driftBundleDirectory, driftPrerequisites, makeDriftWorld } from "./world";

export const handMadeChanges: readonly HandMadeChange[] = [
  ...accessChanges,
  ...codeChanges,
  ...structureChanges,
];
