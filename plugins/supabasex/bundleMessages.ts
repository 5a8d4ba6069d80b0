// Messages that the provider of SQL bundles writes and the reports in ops/ parse.

/** What happens to a difference that a deployment does not repair automatically. */
export const leftUnlessPruned = "left as it is; with sql.prune: drop: ";
export const left = "left as it is";
export const stops = "stops the deployment: ";

/** Returns whether the deployment stops because of the difference. */
export function stopsDeployment(outlook: string): boolean {
  return outlook.startsWith(stops);
}

/** Returns whether the deployment leaves the difference, or stops because of it. */
export function isLeft(outlook: string): boolean {
  return outlook.includes(leftUnlessPruned) || outlook.startsWith(left) || stopsDeployment(outlook);
}

/** The titles of the changes that a refresh found. The state has the same differences. */
export const changedOutside = "Changed outside of the stack:";
export const addedInAws = "Added in AWS outside of the stack:";

/** A difference in a state: what changed, the name of its severity, and who changed it and when, if that was recorded. */
export interface DriftText {
  readonly change: string;
  readonly severity: string | undefined;
  readonly author: string | undefined;
}

/** Parses a difference such as `missing [changes; by postgres at 2026-11-29 07:00:00 UTC]`. */
export function parseDriftText(text: string): DriftText {
  const [note = "", severity, author] = /\s\[(\w+)(?:; ([^\]]*))?\]$/.exec(text) ?? [];
  return { change: text.slice(0, text.length - note.length), severity, author };
}

/** The title of the list of files that a deployment ran, each with its time. */
export const filesRan = "Applied:";

/** The titles of what happens to objects that no file made. */
export const foreignTitles = {
  takenOver: "Manual changes that a file now states, so they belong to the bundle:",
  undone: "Manual changes that are gone, because their object was replaced:",
  recreated:
    "Dropped and recreated, because they depend on what a file replaces (not made by the bundle, and not adopted):",
} as const;

/** The titles of the lists that a preview prints. */
export const notInDryRun = "The dry run does not cover:";
export const catalogWouldChange = "The catalog would change:";
export const filesWouldRun = /^\d+ files? would run\b/;
