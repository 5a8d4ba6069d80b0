import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** The permission that an operation on the bucket needs, for the message about a refusal. */
export type StoreAction =
  | "s3:PutObject"
  | "s3:GetObject"
  | "s3:ListBucket"
  | "s3:ListBucketVersions"
  | "s3:ListBucketMultipartUploads"
  | "s3:AbortMultipartUpload"
  | "s3:DeleteObject";

/** Returns an error of the S3 client as one sentence about the operation. */
export function storeError(doing: string, action: StoreAction, error: unknown): Error {
  if (error instanceof UserError || isAbort(error)) return error as Error;
  return new UserError(`${doing} failed: ${reason(action, error)}.`, exitCodes.storeFailed, { cause: error });
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Returns whether S3 reports that nothing is left to do, as for a repeated request whose first response was lost. */
export function mayBeDone(error: unknown): boolean {
  return error instanceof Error && ["PreconditionFailed", "NoSuchUpload"].includes(error.name);
}

/** Returns whether S3 refuses because of a missing permission. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && ["AccessDenied", "Forbidden"].includes(error.name);
}

/** Returns whether S3 reports that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ["NoSuchKey", "NotFound"].includes(error.name);
}

function reason(action: StoreAction, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch (error.name) {
    case "AccessDenied":
    case "Forbidden":
      return /kms/i.test(error.message)
        ? `access to the bucket's KMS key was denied (kms:GenerateDataKey and kms:Decrypt are needed): ${error.message}`
        : `permission ${action} is missing`;
    case "NoSuchBucket":
      return "there is no such bucket (BACKUP_BUCKET)";
    case "PreconditionFailed":
      return action === "s3:GetObject"
        ? "it was replaced while it was read"
        : "the object already exists, and backups are never overwritten";
    case "CredentialsProviderError":
      return "there are no AWS credentials";
    case "ExpiredToken":
    case "ExpiredTokenException":
      return `the AWS credentials have expired (${error.name}); get new ones and run the same command again`;
    case "SlowDown":
    case "ServiceUnavailable":
      return `S3 refuses requests because there are too many (${error.name}); run the same command again later`;
    case "PermanentRedirect":
    case "AuthorizationHeaderMalformed":
    case "IllegalLocationConstraintException":
      return `the bucket is in another region than AWS_REGION (${error.name})`;
    case "InvalidObjectState":
      return "the object is archived; restore it first with `aws s3api restore-object`";
    case "RequestTimeTooSkewed":
      return "this machine's clock is wrong (RequestTimeTooSkewed)";
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
      return `the AWS credentials are refused (${error.name})`;
    default:
      if (error.name.startsWith("KMS."))
        return `the bucket's KMS key cannot be used (${error.name}); enable the key, or cancel its deletion: ${error.message}`;
      return [error.name === "Error" ? "" : error.name, error.message || causeOf(error)]
        .filter((text) => text !== "")
        .join(": ");
  }
}

function causeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code ?? (error.cause instanceof Error ? error.cause.message : "no response");
}
