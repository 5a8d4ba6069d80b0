import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { describeError, UserError } from "../../foundation/userError";
import { toStruct } from "./marshal";
import { PartialFailure } from "./provider";

/** The call that failed, for messages. */
export interface FailedCall {
  /** What the call was doing, such as `creating`. */
  readonly action: string;
  /** The resource or function; empty for a call about the provider itself. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

/**
 * Returns the message of an error for the engine. The engine prints it under the resource's type and name, so the message of
 * a UserError is not changed. Any other error is a bug: its message gets context, and its stack is written to `report`.
 */
export function toServiceError(
  error: unknown,
  call: FailedCall,
  report: (text: string) => void,
): Partial<ServiceError> & { code: status } {
  const cause = call.signal.aborted && call.signal.reason instanceof UserError ? call.signal.reason : error;
  if (cause instanceof PartialFailure) return initFailed(cause);
  if (call.signal.aborted && !(cause instanceof UserError)) {
    return serviceError(status.CANCELLED, `${context(call)} was cancelled`);
  }
  if (cause instanceof UserError) return serviceError(status.UNKNOWN, cause.message);
  report(`${context(call)}: ${describeError(cause)}`);
  return serviceError(status.UNKNOWN, `${context(call)}: ${shortMessage(cause)}`);
}

function context({ action, subject }: FailedCall): string {
  return subject === "" ? action : `${action} ${subject}`;
}

function shortMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === "")
    return error.errors.map(shortMessage).join("; ");
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

function serviceError(code: status, message: string) {
  return { code, details: wellFormed(message) };
}

/** Removes unpaired surrogates, because a gRPC header cannot contain them and the error must arrive. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/**
 * Returns the error for a resource that exists but is incomplete. The engine keeps its id and outputs and retries at the next up.
 */
function initFailed(failure: PartialFailure) {
  const detail = new ErrorResourceInitFailed();
  detail.setId(failure.id);
  detail.setInputs(toStruct(failure.inputs));
  detail.setProperties(toStruct(failure.outputs));
  detail.setReasonsList([...failure.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const wireStatus = new Status();
  wireStatus.setCode(status.UNKNOWN);
  wireStatus.setMessage(wellFormed(failure.message));
  wireStatus.addDetails(any);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(wireStatus.serializeBinary()));
  return { ...serviceError(status.UNKNOWN, failure.message), metadata };
}
