/** The server that handles a request: the object server, or moto, which stores the configuration of buckets. */
export type Backend = "objects" | "configuration";

/**
 * Sub-resources of a bucket that the object server does not support (501), and the policy: ours requires TLS, so a server that
 * enforced it on a loopback endpoint would reject all requests. moto validates, stores and returns them. The object server keeps
 * versioning, object lock and ownership, because they apply to its objects.
 */
const configuration: ReadonlySet<string> = new Set([
  "accelerate",
  "analytics",
  "encryption",
  "inventory",
  "lifecycle",
  "logging",
  "metrics",
  "notification",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "tagging",
  "website",
]);

/** The sub-resources that moto can delete. It handles a deletion of any other as a deletion of the bucket. */
const deletable: ReadonlySet<string> = new Set([
  "encryption",
  "lifecycle",
  "policy",
  "publicAccessBlock",
  "replication",
  "tagging",
  "website",
]);

export interface Route {
  readonly backend: Backend;
  /** Undefined for the list of buckets. */
  readonly bucket: string | undefined;
  /** A request for the bucket itself, not for an object or a sub-resource. */
  readonly bucketItself: boolean;
  /** A configuration that can be set but not deleted. */
  readonly undeletable: boolean;
}

/** Returns the server for a path-style S3 request, by its path and query. */
export function route(url: string): Route {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [, bucket = "", ...key] = pathname.split("/");
  const isObject = key.some((part) => part !== "");
  const names = [...searchParams.keys()];
  const isConfiguration = bucket !== "" && !isObject && names.some((name) => configuration.has(name));
  return {
    backend: isConfiguration ? "configuration" : "objects",
    bucket: bucket === "" ? undefined : bucket,
    // The SDK adds x-id to every request, only for logs.
    bucketItself: bucket !== "" && !isObject && names.every((name) => name === "x-id"),
    undeletable: isConfiguration && !names.some((name) => deletable.has(name)),
  };
}
