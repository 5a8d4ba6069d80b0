import { applicationChanges } from "./applicationChanges";
import { columnTypeChanges } from "./columnTypeChanges";
import { detourChanges } from "./detourChanges";
import { extensionChanges } from "./extensionChanges";
import { guardChanges } from "./guardChanges";
import { hiddenChanges } from "./hiddenChanges";
import { indirectChanges } from "./indirectChanges";
import { limitChanges } from "./limitChanges";
import { openObjectChanges } from "./openObjectChanges";
import { platformChanges } from "./platformChanges";
import { platformTableChanges } from "./platformTableChanges";
import type { PostureChange } from "./postureChange";
import { reachChanges } from "./reachChanges";
import { roleChanges } from "./roleChanges";
import { serverChanges } from "./serverChanges";
import { serverObjectChanges } from "./serverObjectChanges";
import { usedChanges } from "./usedChanges";

export { quietChanges } from "./limitChanges";
export { limitWorld } from "./limitWorld";
export type { PostureChange } from "./postureChange";
export { postureWorld, postureWorldOfSuperuser } from "./postureWorld";
export { usedTextWorld, usedWorld, usedWorldOfSuperuser } from "./usedWorld";

/** Changes of objects that the bundle did not create. */
export const postureChanges: readonly PostureChange[] = [
  ...roleChanges,
  ...openObjectChanges,
  ...serverObjectChanges,
  ...platformChanges,
  ...platformTableChanges,
  ...hiddenChanges,
  ...indirectChanges,
  ...serverChanges,
  ...guardChanges,
  ...usedChanges,
  ...reachChanges,
  ...applicationChanges,
  ...detourChanges,
  ...columnTypeChanges,
  ...limitChanges,
  ...extensionChanges,
];
