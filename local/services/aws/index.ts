export { type AwsOptions, type AwsService, startAws, stopAws } from "./aws";
export { type AwsInstallation, ensureAwsInstalled, requireAwsTools } from "./installation";
export { type S3GatewayOptions, type S3GatewayServer, serveS3Gateway } from "./s3Gateway/server";
