// The exports for programs. Tools that read stack files without an engine import config/stackFile and
// config/passphrase, whose packages would slow down every preview.
export { loadStackConfig, type StackConfig } from "./load";
export { requiredSecrets } from "./parse";
