import { createRequire } from "node:module";
import path from "node:path";

/**
 * Returns the path of a module in the program's own SDK, because the program and its runner must share one copy of
 * @pulumi/pulumi. Throws an error with a message for the user if it is not installed.
 */
export function resolveSdkModule(programDirectory: string, module: string): string {
  try {
    return createRequire(path.join(programDirectory, "package.json")).resolve(`@pulumi/pulumi/${module}`);
  } catch (cause) {
    throw new Error(`@pulumi/pulumi is not installed in ${programDirectory}: run npm install there.`, {
      cause,
    });
  }
}
