import { S3Client } from "@aws-sdk/client-s3";
import type { StoreSettings } from "../environment";

/**
 * Credentials and endpoint are the SDK's own affair: the task's role on Fargate, variables such as AWS_ENDPOINT_URL_S3
 * elsewhere. An S3 server that refuses the SDK's checksums is helped by AWS_REQUEST_CHECKSUM_CALCULATION=when_required.
 */
export function createClient(settings: StoreSettings): S3Client {
  // The SDK's wish for a newer Node is for the developers of this program, not for the log of each backup.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return new S3Client({
    region: settings.region,
    forcePathStyle: settings.forcePathStyle,
    maxAttempts: 5,
    // What is read is compared with the manifest's SHA-256, which tells damage from a download that failed.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: 10_000,
      // A socket on which nothing moves is given up, rather than waited for until the kernel does.
      socketTimeout: settings.timeoutSeconds * 1000,
    },
  });
}
