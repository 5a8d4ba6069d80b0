import { S3Client } from "@aws-sdk/client-s3";
import type { StoreSettings } from "../environment";

const withContent = new Set(["PutObjectCommand", "UploadPartCommand"]);

/**
 * Credentials and endpoint are the SDK's own affair: the task's role on Fargate, variables such as AWS_ENDPOINT_URL_S3
 * elsewhere. An S3 server that refuses the SDK's checksums is helped by AWS_REQUEST_CHECKSUM_CALCULATION=when_required.
 */
export function createClient(settings: StoreSettings): S3Client {
  // The SDK's wish for a newer Node is for the developers of this program, not for the log of each backup.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new S3Client({
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
  // The CRC32 of every write tells whether its bytes arrived, and what was written is read back. Without this the SDK also takes a SHA-256 of each
  // part, for the signature alone, which takes as long as the backup's own.
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        if (withContent.has(commandName)) headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
        return await next(args);
      },
    { step: "build", name: "unsignedPayload" },
  );
  return client;
}
