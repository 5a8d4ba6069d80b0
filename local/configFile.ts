import path from "node:path";
import { issuesError } from "../config/issues";
import { checkStackConfig } from "../config/parse";
import { openStackFile, readStackFile } from "../config/stackFile";
import { localPassphrase } from "./environment";

/**
 * Checks Pulumi.<stack>.yaml before anything is installed, started or changed.
 * @throws UserError that lists every error, each with the key and the command that fixes it.
 */
export function validateConfigFile(checkout: string, stack: string): void {
  const file = readStackFile(path.join(checkout, `Pulumi.${stack}.yaml`));
  const { issues } = checkStackConfig(openStackFile(file, localPassphrase));
  if (issues.length > 0) throw issuesError(stack, issues);
}
