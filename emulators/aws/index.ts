export { type AwsService, startAws, stopAws } from "./aws";
export { ensureAwsInstalled, requireAwsTools } from "./installation";
export { type S3GatewayServer, serveS3Gateway } from "./s3Gateway/server";
