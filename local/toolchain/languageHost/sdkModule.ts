import { createRequire } from "node:module";
import path from "node:path";

/**
 * The path of a module of the SDK that the program itself has installed: the program and its runner must share one copy
 * of @pulumi/pulumi. Throws a sentence for the user when it is not installed.
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
