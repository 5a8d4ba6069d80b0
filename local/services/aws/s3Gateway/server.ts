import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { HeadBucketCommand, NotFound, S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../../../foundation/userError";
import { type Backend, route } from "./routing";

export interface S3GatewayOptions {
  /** Loopback port; 0 lets the system choose one. */
  readonly port: number;
  /** URL of the server that keeps objects, and the keys that clients sign with. */
  readonly objects: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** URL of moto, which keeps the configuration of buckets. */
  readonly configuration: string;
}

export interface S3GatewayServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * One S3 endpoint out of two servers (docs/adr/0006-local-aws.md). Requests pass through as they come, signature and
 * `Host` included, so the object server itself checks who asks.
 */
export async function serveS3Gateway(options: S3GatewayOptions): Promise<S3GatewayServer> {
  const gateway = new S3Gateway(options);
  const server = createServer((incoming, response) => void gateway.handle(incoming, response));
  // An upload may take longer than any limit that fits a request without a body.
  server.requestTimeout = 0;
  const { port } = await listen(server, options.port);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      gateway.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

class S3Gateway {
  readonly #upstreams: Readonly<Record<Backend, URL>>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #objects: S3Client;

  constructor({ objects, configuration, accessKey, secretKey, region }: S3GatewayOptions) {
    this.#upstreams = { objects: new URL(objects), configuration: new URL(configuration) };
    this.#objects = new S3Client({
      endpoint: objects,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    });
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { backend, bucket, bucketItself } = route(incoming.url ?? "/");
    try {
      if (backend === "configuration" && bucket !== undefined && !(await this.#prepareBucket(bucket))) {
        fail(response, 404, "NoSuchBucket", "The specified bucket does not exist");
        return;
      }
      await this.#pass(this.#upstreams[backend], incoming, response, async (status) => {
        const deleted = incoming.method === "DELETE" && bucketItself && status === 204;
        if (deleted && bucket !== undefined) await this.#forget(bucket);
      });
    } catch (error) {
      fail(response, 503, "ServiceUnavailable", error instanceof Error ? error.message : String(error));
    }
  }

  close(): void {
    this.#agent.destroy();
    this.#objects.destroy();
  }

  /** Sees to it that moto has the bucket: it forgets all buckets when it stops. False when there is no such bucket. */
  async #prepareBucket(bucket: string): Promise<boolean> {
    try {
      await this.#objects.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
    const url = new URL(`/${bucket}`, this.#upstreams.configuration);
    const { status } = await fetch(url, { method: "HEAD" });
    if (status === 404) await fetch(url, { method: "PUT" });
    return true;
  }

  /** A bucket of the same name that is made later begins with no configuration. */
  async #forget(bucket: string): Promise<void> {
    await fetch(new URL(`/${bucket}`, this.#upstreams.configuration), { method: "DELETE" });
  }

  /** Streams both ways; an end of either side ends the other. The client hears nothing before `beforeAnswer` is done. */
  async #pass(
    upstream: URL,
    incoming: IncomingMessage,
    response: ServerResponse,
    beforeAnswer: (status: number | undefined) => Promise<void>,
  ): Promise<void> {
    const { connection: _hopByHop, ...headers } = incoming.headers;
    await new Promise<void>((resolve, reject) => {
      const outgoing = request({
        host: upstream.hostname,
        port: upstream.port,
        method: incoming.method,
        path: incoming.url,
        headers,
        agent: this.#agent,
      });
      outgoing.once("error", reject);
      outgoing.once("response", (answer) => {
        const { connection: _theirs, ...answerHeaders } = answer.headers;
        beforeAnswer(answer.statusCode).then(() => {
          response.writeHead(answer.statusCode ?? 502, answerHeaders);
          pipeline(answer, response, (error) => (error ? reject(error) : resolve()));
        }, reject);
      });
      response.once("close", () => outgoing.destroy());
      pipeline(incoming, outgoing, () => {});
    });
  }
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  // Too late to say anything: a connection that breaks off tells the client that the answer is not whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = message.replace(/[<>&]/g, " ");
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`,
  );
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} on 127.0.0.1, where the local S3 should listen, is taken: end the program that uses it or choose another port.`;
      reject(error.code === "EADDRINUSE" ? new UserError(taken) : error);
    });
    server.listen({ host: "127.0.0.1", port }, () => resolve(server.address() as AddressInfo));
  });
}
