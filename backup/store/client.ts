import { S3Client } from "@aws-sdk/client-s3";
import type { StoreSettings } from "../environment";

const withContent = new Set(["PutObjectCommand", "UploadPartCommand"]);

/**
 * Returns the S3 client. The SDK finds credentials and endpoint: the task's role on Fargate, variables such as
 * AWS_ENDPOINT_URL_S3 elsewhere. For an S3 server that refuses the SDK's checksums, set
 * AWS_REQUEST_CHECKSUM_CALCULATION=when_required.
 */
export function createClient(settings: StoreSettings): S3Client {
  // The SDK's warning about the Node version is for the developers of this program, not for the log of each backup.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new S3Client({
    region: settings.region,
    forcePathStyle: settings.forcePathStyle,
    maxAttempts: 5,
    // Downloads are compared with the manifest's SHA-256, which distinguishes damage from a failed download.
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: 10_000,
      // An idle socket is closed, instead of waiting for the kernel.
      socketTimeout: settings.timeoutSeconds * 1000,
    },
  });
  // The CRC32 of every write shows whether its bytes arrived, and the data is read back. Without this setting, the SDK
  // also computes a SHA-256 of each part, only for the signature, which takes as long as the backup's own.
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
