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
import { GetBucketVersioningCommand, HeadBucketCommand, NotFound, S3Client } from "@aws-sdk/client-s3";
import { messageOf, UserError } from "../../../foundation/userError";
import { regionOfRequest } from "./regions";
import { route } from "./routing";

export interface S3GatewayOptions {
  /** Loopback port; 0 lets the system choose one. */
  readonly port: number;
  /** Region → URL of its object server, and the keys with which clients sign. Requests without a region use the first. */
  readonly stores: Readonly<Record<string, string>>;
  readonly accessKey: string;
  readonly secretKey: string;
  /** URL of moto, which stores the configuration of buckets. */
  readonly configuration: string;
}

export interface S3GatewayServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves one S3 endpoint in front of two servers (docs/adr/0006-local-aws.md). Forwards requests unchanged, including signature
 * and `Host`, so the object server itself checks the signature.
 */
export async function serveS3Gateway(options: S3GatewayOptions): Promise<S3GatewayServer> {
  const gateway = new S3Gateway(options);
  const server = createServer((incoming, response) => void gateway.handle(incoming, response));
  // No time limit, because an upload may take any time.
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

/** Returns the object server of one region. */
interface Store {
  readonly region: string;
  readonly url: URL;
  readonly client: S3Client;
}

class S3Gateway {
  readonly #configuration: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #stores: readonly [Store, ...Store[]];

  constructor({ stores, configuration, accessKey, secretKey }: S3GatewayOptions) {
    this.#configuration = new URL(configuration);
    const [first, ...others] = Object.entries(stores).map(([region, url]): Store => {
      const client = new S3Client({
        endpoint: url,
        region,
        forcePathStyle: true,
        credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      });
      return { region, url: new URL(url), client };
    });
    if (first === undefined) throw new Error("the S3 gateway has no object server");
    this.#stores = [first, ...others];
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = incoming.url ?? "/";
    const { backend, bucket, bucketItself, undeletable } = route(url);
    const region = regionOfRequest(incoming.headers, url);
    // For an unknown region, the first server refuses the request with a message that names its own region.
    const store = this.#stores.find((candidate) => candidate.region === region) ?? this.#stores[0];
    try {
      if (
        backend === "configuration" &&
        bucket !== undefined &&
        !(await this.#prepareBucket(store, bucket))
      ) {
        fail(response, { status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist" });
        return;
      }
      if (incoming.method === "DELETE" && undeletable) {
        fail(response, {
          status: 501,
          code: "NotImplemented",
          message: "The local S3 cannot delete this configuration of a bucket",
        });
        return;
      }
      const isNew = incoming.method === "PUT" && bucketItself && bucket !== undefined;
      if (isNew && (await this.#isElsewhere(store, bucket))) {
        fail(response, {
          status: 409,
          code: "BucketAlreadyOwnedByYou",
          message: "You have this bucket already, in another region",
        });
        return;
      }
      const upstream = backend === "configuration" ? this.#configuration : store.url;
      await this.#pass(upstream, incoming, {
        response,
        beforeAnswer: async (status) => {
          const deleted = incoming.method === "DELETE" && bucketItself && status === 204;
          if (deleted && bucket !== undefined) await this.#forget(bucket);
        },
      });
    } catch (error) {
      fail(response, {
        status: 503,
        code: "ServiceUnavailable",
        message: messageOf(error),
      });
    }
  }

  close(): void {
    this.#agent.destroy();
    for (const { client } of this.#stores) client.destroy();
  }

  /** Returns whether another region has the bucket. Bucket names are unique across regions. */
  async #isElsewhere(here: Store, bucket: string): Promise<boolean> {
    for (const store of this.#stores) if (store !== here && (await hasBucket(store, bucket))) return true;
    return false;
  }

  /** Creates the bucket in moto, which loses all buckets when it stops. Returns false if the object server does not have it. */
  async #prepareBucket(store: Store, bucket: string): Promise<boolean> {
    if (!(await hasBucket(store, bucket))) return false;
    const url = new URL(`/${bucket}`, this.#configuration);
    const { status } = await fetch(url, { method: "HEAD" });
    if (status === 404) await fetch(url, { method: "PUT" });
    await this.#copyVersioning(store, bucket);
    return true;
  }

  /** Copies the versioning state from the object server, because moto only accepts a replication for versioned buckets. */
  async #copyVersioning({ client }: Store, bucket: string): Promise<void> {
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    if (Status === undefined) return;
    await fetch(new URL(`/${bucket}?versioning`, this.#configuration), {
      method: "PUT",
      body: `<VersioningConfiguration><Status>${Status}</Status></VersioningConfiguration>`,
    });
  }

  /** Deletes the configuration, so that a later bucket of the same name has none. */
  async #forget(bucket: string): Promise<void> {
    await fetch(new URL(`/${bucket}`, this.#configuration), { method: "DELETE" });
  }

  /** Streams in both directions. Closes both sides if one closes. The client gets no response before `beforeAnswer` is done. */
  async #pass(
    upstream: URL,
    incoming: IncomingMessage,
    {
      response,
      beforeAnswer,
    }: {
      readonly response: ServerResponse;
      readonly beforeAnswer: (status: number | undefined) => Promise<void>;
    },
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

async function hasBucket({ client }: Store, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}

function fail(
  response: ServerResponse,
  { status, code, message }: { readonly status: number; readonly code: string; readonly message: string },
): void {
  // The response has already started. Closing the connection tells the client that it is incomplete.
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
