import { existsSync } from "node:fs";
import path from "node:path";

/** Returns the root of the checkout that contains this file or its bundle: the folder with Pulumi.yaml. */
export function checkoutRoot(start = __dirname): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`no Pulumi.yaml above ${start}`);
  }
}
