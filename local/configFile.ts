import path from "node:path";
import { faultsError } from "../config/faults";
import { checkStackConfig } from "../config/parse";
import { openStackFile, readStackFile } from "../config/stackFile";
import { localPassphrase } from "./environment";

/**
 * Checks Pulumi.<stack>.yaml before anything is installed, started or changed.
 * @throws UserError that lists every error, each with the key and the command that fixes it.
 */
export function validateConfigFile(checkout: string, stack: string): void {
  const file = readStackFile(path.join(checkout, `Pulumi.${stack}.yaml`));
  const { faults } = checkStackConfig(openStackFile(file, localPassphrase));
  if (faults.length > 0) throw faultsError(stack, faults);
}
