import { existsSync, lstatSync, readdirSync } from "node:fs";
import path from "node:path";

/**
 * Returns the dynamic loader among unpacked packages, relative to their folder; undefined where there is none. Links are passed
 * over: that of Debian 12 in `lib64` is absolute, and leads to the loader of this system, which loads another C library.
 * @param folders - Folders of libraries, such as `lib/x86_64-linux-gnu`.
 */
export function findLoader(root: string, folders: readonly string[]): string | undefined {
  return ["usr/lib64", "lib64", "usr/lib", "lib", ...folders]
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)))
    .find((name) => /\/ld-linux[^/]*\.so\.\d+$/.test(name) && lstatSync(path.join(root, name)).isFile());
}
