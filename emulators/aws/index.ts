export { type AwsService, startAws, stopAws } from "./aws";
export { ensureAwsInstalled, requireAwsTools } from "./installation";
