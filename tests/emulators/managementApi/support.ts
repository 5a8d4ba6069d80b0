import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Clusters } from "../../../emulators/managementApi/clusters";
import {
  createEmulator,
  type Emulator,
  type EmulatorOptions,
} from "../../../emulators/managementApi/emulator";

export const accessToken = "sbp_0000000000000000000000000000000000000001";

/** Fake databases that only have a port number, for tests of the API alone. */
export class ImaginaryClusters implements Clusters {
  readonly running = new Map<string, { port: number; password: string }>();
  readonly queries: { role: string; sql: string; parameters: unknown[] }[] = [];
  rows: Record<string, unknown>[] = [];
  /** Version of the server with which every database starts. */
  version = "17.6";
  /** The next start fails with this. */
  failure: Error | undefined;
  #port = 50_000;
  #gate: Promise<void> = Promise.resolve();

  /** Delays every start until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async start(directory: string, password: string) {
    await this.#gate;
    if (this.failure) throw this.failure;
    mkdirSync(directory, { recursive: true });
    const port = this.running.get(directory)?.port ?? ++this.#port;
    this.running.set(directory, { port, password });
    return {
      port,
      pid: port,
      version: this.version,
      url: (role = "postgres") => `postgresql://${role}@127.0.0.1:${port}/postgres`,
    };
  }

  async stop(directory: string) {
    this.running.delete(directory);
  }

  isRunning({ port }: { port: number }) {
    return [...this.running.values()].some((cluster) => cluster.port === port);
  }

  async query(
    _cluster: unknown,
    role: string,
    sql: string,
    { parameters = [] }: { readonly parameters?: unknown[] | undefined } = {},
  ) {
    this.queries.push({ role, sql, parameters });
    return this.rows;
  }
}

export interface Answer {
  status: number;
  contentType: string | undefined;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire has no type; each test says what it expects
  json: any;
}

interface CallOptions {
  readonly headers?: Record<string, string>;
}

export interface TestEmulator extends Emulator {
  clusters: ImaginaryClusters;
  stateDirectory: string;
  /** Sends a request. The path is one of version 1, without `/v1`, or begins with `/v2/`. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Creates a project and waits until it is active. */
  project(fields?: Record<string, unknown>): Promise<string>;
  remove(): void;
}

/** Port on which a real pooler would listen. */
export const poolerPort = 54_321;

export const newProjectBody = {
  organization_slug: "acme",
  name: "thorbis",
  db_pass: "correct horse",
  region_selection: { type: "specific", code: "eu-central-1" },
};

export async function testEmulator(
  options: Partial<EmulatorOptions> & { stateDirectory?: string; clusters?: ImaginaryClusters } = {},
): Promise<TestEmulator> {
  const stateDirectory = options.stateDirectory ?? mkdtempSync(path.join(tmpdir(), "emulator-"));
  const clusters = options.clusters ?? new ImaginaryClusters();
  const token = options.accessToken ?? accessToken;
  const emulator = await createEmulator({
    ...options,
    accessToken: token,
    clusters,
    poolerPort,
    stateDirectory,
  });
  const call: TestEmulator["call"] = async (method, target, body, { headers = {} } = {}) => {
    const isForm = body instanceof FormData;
    const versioned = target.startsWith("/v2/") ? target : `/v1${target}`;
    const response = await emulator.app.request(versioned, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get("content-type")?.split(";")[0];
    const isJson = contentType === "application/json" && text !== "";
    return {
      status: response.status,
      contentType,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
  return {
    ...emulator,
    clusters,
    stateDirectory,
    call,
    async project(fields = {}) {
      const { json } = await call("POST", "/projects", { ...newProjectBody, ...fields });
      await emulator.lifecycle.settled();
      return json.ref;
    },
    remove: () => rmSync(stateDirectory, { recursive: true, force: true }),
  };
}

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
