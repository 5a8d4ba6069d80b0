export { type Fault, faultsError } from "./faults";
export { loadStackConfig, type StackConfig } from "./load";
export { type ConfigInput, checkStackConfig, parseStackConfig, requiredSecrets } from "./parse";
export { createEncryptionSalt, type PassphraseCrypter, passphraseCrypter } from "./passphrase";
export { configNamespace, type ParsedStackConfig } from "./schema";
export { SecretText } from "./secretText";
export { openStackFile, readStackFile, type StackFile } from "./stackFile";
