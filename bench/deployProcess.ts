import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { checkoutRoot } from "../foundation/checkout";

/**
 * Runs `sqlBundle/deploy` as a separate process, as the engine starts a provider, and returns its output.
 *
 * @param folder the folder with the bundled program
 */
export async function deployInProcess(
  folder: string,
  mode: "create" | "preview",
  { directory, url }: { readonly directory: string; readonly url: string },
): Promise<string> {
  const runner = path.join(checkoutRoot(), "build", "runBundle.cjs");
  const args = [runner, path.join(folder, "deploy.js"), mode, directory, url];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}
