import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { checkoutRoot } from "../../foundation/checkout";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { UserError } from "../../foundation/userError";
import {
  freePort,
  portIsFree,
  runningService,
  type ServiceRecord,
  startService,
  stopService,
} from "../process";
import { ensureAwsInstalled, type Progress } from "./installation";
import { formatStores } from "./s3Gateway/regions";

/** S3 servers that store their objects on disk, and the one pair of keys that they accept. */
export interface S3Stores {
  /** Region for which requests are signed → URL of its server. */
  readonly stores: Readonly<Record<string, string>>;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface AwsOptions {
  /** Folder of the process records and logs. It contains no AWS data. */
  readonly directory: string;
  /** Port of all services except S3. Default: the previous port, else a free one. */
  readonly port?: number;
  /** The servers that store objects. Default: moto's memory, which is lost when moto stops. */
  readonly s3?: S3Stores;
  /** The region of clients. moto supports all regions. Default `us-east-1`. */
  readonly region?: string;
  readonly progress?: Progress;
}

/** The running local AWS, on loopback only. */
export interface AwsService {
  /** Endpoint of all services except S3. */
  readonly endpoint: string;
  readonly s3Endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  stop(): Promise<void>;
}

const moto = "moto";
const motoServer = () => path.join(checkoutRoot(), "emulators", "aws", "moto", "server.py");
const gateway = "s3-gateway";
const host = "127.0.0.1";
const startSeconds = 60;

const emptyAgain =
  "The local AWS was stopped and starts empty: `npm start` deploys the stack's AWS resources again.";

/** moto accepts any keys. These are public and only give access to local services. */
const anyKeys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret" } as const;

/**
 * Starts moto, and in front of S3 the gateway that stores objects in `s3` and bucket configuration in moto. Adopts services that
 * are already running. moto loses its state when it stops (docs/adr/0006-local-aws.md).
 */
export async function startAws(options: AwsOptions): Promise<AwsService> {
  const { directory, s3, progress = () => {} } = options;
  const { python } = await ensureAwsInstalled(progress);
  await mkdir(directory, { recursive: true });
  return await withLock(path.join(directory, "lock"), async () => {
    const onStart = () => {
      if (existsSync(portFile(directory, moto))) progress(emptyAgain);
    };
    const main = await ensureRunning(
      directory,
      { name: moto, port: options.port, probe: "/moto-api/", onStart },
      (port) => ({
        command: [python, motoServer(), "--host", host, "--port", String(port)],
        environment: { ...withoutAwsVariables(process.env), PYTHONUNBUFFERED: "1" },
      }),
    );
    const front =
      s3 &&
      (await ensureRunning(directory, { name: gateway, probe: "/" }, (port) => ({
        command: [
          process.execPath,
          path.join(checkoutRoot(), "dist", "services", "s3-gateway.cjs"),
          String(port),
          formatStores(s3.stores),
          main,
        ],
        environment: {
          ...process.env,
          AWS_ACCESS_KEY_ID: s3.accessKey,
          AWS_SECRET_ACCESS_KEY: s3.secretKey,
        },
      })));
    const { accessKey, secretKey } = s3 ?? anyKeys;
    return {
      endpoint: main,
      s3Endpoint: front ?? main,
      accessKey,
      secretKey,
      region: options.region ?? "us-east-1",
      stop: () => stopAws(directory),
    };
  });
}

export async function stopAws(directory: string): Promise<void> {
  // moto's development server stops at once on SIGINT. It has no state to save.
  await stopService(directory, gateway);
  await stopService(directory, moto, "SIGINT");
}

/** Removes the AWS variables: moto uses AWS's own library, which would read the user's profile. */
function withoutAwsVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("AWS_")));
}

interface Wanted {
  readonly name: string;
  readonly port?: number | undefined;
  /** Path that responds once the service is up. */
  readonly probe: string;
  /** Called before the service is started; not called if it is already running. */
  readonly onStart?: () => void;
}

/** Returns the URL of the running service. Starts the service unless it is already running. */
async function ensureRunning(
  directory: string,
  { name, port: wantedPort, probe, onStart }: Wanted,
  define: (port: number) => Pick<Parameters<typeof startService>[1], "command" | "environment">,
): Promise<string> {
  const running = runningService(directory, name);
  const definitionOf = (port: number) => ({
    name,
    port,
    log: path.join(directory, `${name}.log`),
    ...define(port),
  });
  const isAsked = (record: ServiceRecord) =>
    (wantedPort ?? record.port) === record.port &&
    JSON.stringify(definitionOf(record.port ?? 0).command) === JSON.stringify(record.command);
  if (running !== undefined && isAsked(running) && (await answers(`${urlOf(running.port)}${probe}`))) {
    return urlOf(running.port);
  }
  onStart?.();
  if (running !== undefined) await stopService(directory, name);
  const port = wantedPort ?? (await portUsedBefore(directory, name)) ?? (await freePort());
  const started = await startService(directory, definitionOf(port));
  await waitForAnswer(directory, started, `${urlOf(port)}${probe}`);
  writeFileAtomically(portFile(directory, name), String(port));
  return urlOf(port);
}

async function waitForAnswer(directory: string, service: ServiceRecord, url: string): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000;
  while (!(await answers(url))) {
    const ended = runningService(directory, service.name) === undefined;
    if (!ended && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    await stopService(directory, service.name, "SIGKILL");
    const what = ended ? "ended at once" : `did not respond within ${startSeconds} seconds`;
    throw new UserError(`The local AWS (${service.name}) ${what}: its log is ${service.log}.`);
  }
}

/** Returns whether the service sends any HTTP response. Its status depends on keys, which a health check does not have. */
async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(5000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function portUsedBefore(directory: string, name: string): Promise<number | undefined> {
  const port = Number(await readFile(portFile(directory, name), "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 0 && (await portIsFree(port)) ? port : undefined;
}

function portFile(directory: string, name: string): string {
  return path.join(directory, `${name}.port`);
}

function urlOf(port: number | undefined): string {
  return `http://${host}:${port}`;
}
