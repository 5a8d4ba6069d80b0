import type { IncomingHttpHeaders } from "node:http";

/** Returns the servers by region as one argument of the daemon: `us-east-1=http://127.0.0.1:1,eu-west-1=http://127.0.0.1:2`. */
export function formatStores(stores: Readonly<Record<string, string>>): string {
  return Object.entries(stores)
    .map(([region, url]) => `${region}=${url}`)
    .join(",");
}

export function parseStores(text: string): Record<string, string> {
  const entries = text.split(",").map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}

/** Returns the region for which a request is signed, in a header or a presigned URL; undefined for an unsigned request. */
export function regionOfRequest(headers: IncomingHttpHeaders, url: string): string | undefined {
  const { searchParams } = new URL(url, "http://s3");
  const header = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1];
  // <access key>/<date>/<region>/s3/aws4_request
  return (header ?? searchParams.get("X-Amz-Credential") ?? "").split("/")[2];
}
