import { chownSync, existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { backupImage } from "../../foundation/backupContract";

/**
 * Finds the library that gives `postgres` the rights that it has in a hosted project (emulators/postgres/hosted_rights), for a server of this
 * major version. The image has one for each version; elsewhere BACKUP_HOSTED_RIGHTS names the folder.
 *
 * @returns undefined where there is none
 */
export function findHostedRights(environment: NodeJS.ProcessEnv, major: number): string | undefined {
  const folder = environment.BACKUP_HOSTED_RIGHTS || backupImage.hostedRights;
  const library = path.join(folder, `${major}.so`);
  return existsSync(library) ? library : undefined;
}

/** Copies the library to where the server's user can read it, and returns its new place. */
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
