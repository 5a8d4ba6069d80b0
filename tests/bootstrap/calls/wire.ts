import type { RecordedRequest } from "../../support/awsRecorder";

/** A call of an AWS API. */
export interface AwsCall {
  /** The signing name, such as `monitoring` for CloudWatch. */
  readonly service: string;
  readonly region: string;
  /** Name of the operation; method and path for S3, Lambda and Scheduler, which have no names. */
  readonly operation: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Input of JSON protocols; empty otherwise. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Input of the Query protocol; empty otherwise. */
  readonly form: URLSearchParams;
  readonly body: string;
  readonly response: string;
}

/** Reads the operation of a request, in the protocols JSON, Query and REST. */
export function awsCall({ method, url, service, region, target, body, response }: RecordedRequest): AwsCall {
  const { pathname, searchParams } = new URL(url, "http://aws");
  const text = body.toString("utf8");
  const isJson = text.startsWith("{");
  const form = new URLSearchParams(isJson || text.startsWith("<") ? "" : text);
  return {
    service,
    region,
    operation: target.split(".").at(-1) || (form.get("Action") ?? method),
    path: decodeURIComponent(pathname),
    query: searchParams,
    input: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    form,
    body: text,
    response,
  };
}
