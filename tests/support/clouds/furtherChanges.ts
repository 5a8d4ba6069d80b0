import type { Deployed } from "./deployed";
import { furtherAlarmChanges } from "./furtherAlarmChanges";
import type { FurtherChange } from "./furtherChange";
import { furtherTaskChanges } from "./furtherTaskChanges";

/** Made together with the changes in the table of all resources. The next up reverts all of them. */
export const furtherChanges: readonly FurtherChange[] = [...furtherTaskChanges, ...furtherAlarmChanges];

/** Returns the resource that is changed. */
export function changedBy({ of }: FurtherChange, resources: readonly Deployed[]): Deployed {
  return oneOf(resources, of);
}

/** Returns the resource that a refresh reports for it. */
export function reporterOf(change: FurtherChange, resources: readonly Deployed[]): Deployed {
  return oneOf(resources, change.seenBy ?? change.of);
}

function oneOf(resources: readonly Deployed[], { type, ending = "" }: FurtherChange["of"]): Deployed {
  const found = resources.filter((resource) => resource.type === type && resource.name.endsWith(ending));
  const [first, ...others] = found;
  if (first === undefined || others.length > 0) {
    throw new Error(`${found.length} resources are a ${type} named …${ending}`);
  }
  return first;
}
