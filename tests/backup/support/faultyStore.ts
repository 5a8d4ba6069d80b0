import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The operations that a fault can affect. */
export interface S3Request {
  readonly operation:
    | "put object"
    | "begin upload"
    | "put part"
    | "complete upload"
    | "abort upload"
    | "list uploads"
    | "list objects"
    | "list versions"
    | "get object"
    | "head object"
    | "delete object";
  readonly key: string;
}

/** What happens to a request instead of passing it on. */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly code: string;
      readonly headers?: Record<string, string>;
    }
  /** It is passed on and executed, and its response is lost. */
  | { readonly kind: "lose answer" }
  /** The connection breaks after this number of bytes of the request's body. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** Never answered. */
  | { readonly kind: "stall" }
  /** The connection breaks after this number of bytes of the response's body. */
  | { readonly kind: "cut answer"; readonly afterBytes: number }
  /** One bit of the body of the request or of the response is flipped. */
  | { readonly kind: "flip request" }
  | { readonly kind: "flip answer" };

export interface FaultyStore {
  readonly endpoint: string;
  /** All requests in order, including those with a fault. */
  readonly requests: S3Request[];
  /** Decides on the fault of each request from now on; undefined passes it on. */
  fail(decide: (wanted: S3Request, nth: number) => Fault | undefined): void;
  /** Resolves with the next request for this operation. */
  next(operation: S3Request["operation"]): Promise<S3Request>;
  stop(): Promise<void>;
}

/** Starts an HTTP proxy in front of an S3 server. Signatures stay valid, because the client signs the proxy's address. */
export async function startFaultyStore(endpoint: string): Promise<FaultyStore> {
  const target = new URL(endpoint);
  const requests: S3Request[] = [];
  let decide: Parameters<FaultyStore["fail"]>[0] = () => undefined;
  let waiting: { operation: S3Request["operation"]; resolve: (wanted: S3Request) => void }[] = [];

  const server = createServer((incoming, outgoing) => {
    const wanted = describeRequest(incoming);
    requests.push(wanted);
    const nth = requests.filter(({ operation }) => operation === wanted.operation).length;
    for (const waiter of waiting.filter(({ operation }) => operation === wanted.operation))
      waiter.resolve(wanted);
    waiting = waiting.filter(({ operation }) => operation !== wanted.operation);
    // A connection that we or the client break must not end the test.
    incoming.on("error", () => undefined);
    outgoing.on("error", () => undefined);
    serve(incoming, outgoing, decide(wanted, nth));
  });

  function serve(incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): void {
    if (fault?.kind === "stall") return void incoming.resume();
    if (fault?.kind === "answer") {
      // After the whole request, because a client that is still writing would get a closed connection instead of the response.
      incoming.resume().on("end", () => {
        outgoing.writeHead(fault.status, { "content-type": "application/xml", ...fault.headers });
        outgoing.end(
          incoming.method === "HEAD"
            ? undefined
            : `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`,
        );
      });
      return;
    }
    if (fault?.kind === "reset") {
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > fault.afterBytes) incoming.socket.resetAndDestroy();
      });
      return;
    }
    const { method, url: path, headers } = incoming;
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path, headers },
      (answer) => {
        if (fault?.kind === "lose answer") {
          answer.resume().on("end", () => incoming.socket.resetAndDestroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          if (fault?.kind === "flip answer" && bytes === 0)
            chunk[chunk.length >> 1] = (chunk[chunk.length >> 1] ?? 0) ^ 1;
          bytes += chunk.length;
          outgoing.write(chunk);
          if (fault?.kind === "cut answer" && bytes > fault.afterBytes) incoming.socket.destroy();
        });
        answer.on("end", () => outgoing.end());
      },
    );
    forwarded.on("error", () => incoming.socket.destroy());
    outgoing.on("close", () => forwarded.destroy());
    let isFirst = true;
    incoming.on("data", (chunk: Buffer) => {
      if (fault?.kind === "flip request" && isFirst)
        chunk[chunk.length >> 1] = (chunk[chunk.length >> 1] ?? 0) ^ 1;
      isFirst = false;
      if (!forwarded.write(chunk)) {
        incoming.pause();
        forwarded.once("drain", () => incoming.resume());
      }
    });
    incoming.on("end", () => forwarded.end());
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail(next) {
      requests.length = 0;
      decide = next;
    },
    next: (operation) => new Promise((resolve) => waiting.push({ operation, resolve })),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns the parts of a request. Names of buckets are in the path: `/bucket/key?query`. */
function describeRequest({ method, url = "/" }: IncomingMessage): S3Request {
  const { pathname, searchParams: query } = new URL(url, "http://s3");
  const key = decodeURIComponent(pathname).split("/").slice(2).join("/");
  const isUpload = query.has("uploadId");
  const operation = (): S3Request["operation"] => {
    switch (method) {
      case "PUT":
        return isUpload ? "put part" : "put object";
      case "POST":
        return isUpload ? "complete upload" : "begin upload";
      case "DELETE":
        return isUpload ? "abort upload" : "delete object";
      case "HEAD":
        return "head object";
      default:
        if (query.has("uploads")) return "list uploads";
        if (query.has("versions")) return "list versions";
        return key === "" ? "list objects" : "get object";
    }
  };
  return { operation: operation(), key };
}
