/** Who answers a request: the server that keeps objects, or moto, which keeps the configuration of buckets. */
export type Backend = "objects" | "configuration";

/**
 * Sub-resources of a bucket that the object server does not have (501), and the policy: ours demands TLS, and a server
 * that held its users to that on a loopback endpoint would shut everybody out. moto keeps them, checks their form and
 * gives them back; versioning, object lock and ownership stay with the objects they govern.
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

/** What moto deletes of these. It takes a deletion of any other for one of the whole bucket. */
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
  /** A request about the bucket as such: neither an object nor one of its sub-resources. */
  readonly bucketItself: boolean;
  /** A configuration that can be set and not deleted. */
  readonly undeletable: boolean;
}

/** Where a path-style S3 request goes, by its path and query. */
export function route(url: string): Route {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [, bucket = "", ...key] = pathname.split("/");
  const isObject = key.some((part) => part !== "");
  const names = [...searchParams.keys()];
  const isConfiguration = bucket !== "" && !isObject && names.some((name) => configuration.has(name));
  return {
    backend: isConfiguration ? "configuration" : "objects",
    bucket: bucket === "" ? undefined : bucket,
    // The SDK adds x-id to every request, only for the reader of logs.
    bucketItself: bucket !== "" && !isObject && names.every((name) => name === "x-id"),
    undeletable: isConfiguration && !names.some((name) => deletable.has(name)),
  };
}
