import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to AWS as it was sent. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Service and region for which the request was signed. */
  readonly service: string;
  readonly region: string;
  /** Header `X-Amz-Target`; empty in protocols without it. */
  readonly target: string;
  readonly body: Buffer;
  /** Body of the response. */
  readonly response: string;
}

export interface Recorder {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Forwards requests unchanged to a local service, and calls `record` with each one after its response. */
export async function recordRequests(
  endpoint: string,
  record: (request: RecordedRequest) => void,
): Promise<Recorder> {
  const upstream = new URL(endpoint);
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const body = Buffer.concat(parts);
      const { method = "", url = "", headers } = incoming;
      // Credential=<access key>/<date>/<region>/<service>/aws4_request
      const [, , region = "", service = ""] =
        /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1]?.split("/") ?? [];
      const target = String(headers["x-amz-target"] ?? "");
      const outgoing = request(
        { host: upstream.hostname, port: upstream.port, method, path: url, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          const answered: Buffer[] = [];
          answer.on("data", (part: Buffer) => answered.push(part));
          // Before the client sees the end, so that its next request is recorded after this one.
          answer.once("end", () => {
            record({
              method,
              url,
              service,
              region,
              target,
              body,
              response: Buffer.concat(answered).toString(),
            });
          });
          answer.pipe(response);
        },
      );
      outgoing.on("error", () => response.destroy());
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
