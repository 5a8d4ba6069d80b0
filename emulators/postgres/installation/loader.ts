import { existsSync, lstatSync, readdirSync } from "node:fs";
import path from "node:path";

/**
 * Returns the dynamic loader among unpacked packages, relative to their folder; undefined if there is none. Skips symbolic links:
 * Debian 12's link in `lib64` is absolute and points to this system's loader, which loads another C library.
 * @param folders - Folders of libraries, such as `lib/x86_64-linux-gnu`.
 */
export function findLoader(root: string, folders: readonly string[]): string | undefined {
  return ["usr/lib64", "lib64", "usr/lib", "lib", ...folders]
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)))
    .find((name) => /\/ld-linux[^/]*\.so\.\d+$/.test(name) && lstatSync(path.join(root, name)).isFile());
}
