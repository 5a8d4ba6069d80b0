import path from "node:path";
import { checkStackConfig, faultsError, readStackFile } from "../config";
import { localPassphrase } from "./environment";
import { openSecrets } from "./stackSecrets";

/**
 * Checks Pulumi.<stack>.yaml before anything is installed, started or changed.
 * @throws UserError that lists every fault, each with the key and the command that mends it.
 */
export function validateConfigFile(checkout: string, stack: string): void {
  const file = readStackFile(path.join(checkout, `Pulumi.${stack}.yaml`));
  const secrets = openSecrets(file.ciphertexts, file.encryptionSalt, localPassphrase);
  const { faults } = checkStackConfig({ ...file, values: { ...file.values, ...secrets } });
  if (faults.length > 0) throw faultsError(stack, faults);
}
