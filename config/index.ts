// What a program needs. Tools that read stack files without an engine import config/stackFile and config/passphrase, whose
// packages would only slow down every preview.
export { type Fault, faultsError } from "./faults";
export { loadStackConfig, type StackConfig } from "./load";
export { type ConfigInput, checkStackConfig, parseStackConfig, requiredSecrets } from "./parse";
export { configNamespace, type ParsedStackConfig } from "./schema";
export { SecretText } from "./secretText";
