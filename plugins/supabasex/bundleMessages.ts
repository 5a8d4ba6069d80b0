// What the provider of SQL bundles writes and the reports of ops/ read.

/** What becomes of a difference that a deployment does not repair by itself. */
export const leftUnlessPruned = "left as it is; with sql.prune: drop: ";
export const left = "left as it is";
export const stops = "stops the deployment: ";

/** Whether the deployment stops for what the outlook is about. */
export function stopsDeployment(outlook: string): boolean {
  return outlook.startsWith(stops);
}

/** Whether the deployment leaves what the outlook is about, or stops for it. */
export function isLeft(outlook: string): boolean {
  return outlook.includes(leftUnlessPruned) || outlook.startsWith(left) || stopsDeployment(outlook);
}

/** The titles of the lists that a preview prints. */
export const catalogWouldChange = "The catalog would change:";
export const filesWouldRun = /^\d+ files? would run\b/;
