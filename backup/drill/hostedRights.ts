import { chownSync, existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { backupImage } from "../../foundation/backupContract";

/**
 * Returns the library that gives `postgres` the privileges of a hosted project (emulators/postgres/hosted_rights), for
 * a server of this major version. The image has one for each version; elsewhere BACKUP_HOSTED_RIGHTS names the folder.
 *
 * @returns undefined if there is none
 */
export function findHostedRights(environment: NodeJS.ProcessEnv, major: number): string | undefined {
  const folder = environment.BACKUP_HOSTED_RIGHTS || backupImage.hostedRights;
  const library = path.join(folder, `${major}.so`);
  return existsSync(library) ? library : undefined;
}

/** Copies the library to a place that the server's user can read, and returns the path. */
export async function placeHostedRights(
  library: string,
  folder: string,
  user: { readonly uid: number; readonly gid: number } | undefined,
): Promise<string> {
  const place = path.join(folder, "hosted_rights.so");
  await copyFile(library, place);
  if (user !== undefined) chownSync(place, user.uid, user.gid);
  return place;
}
