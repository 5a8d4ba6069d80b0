import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type pg from "pg";
import { createClient } from "../backup/store/client";
import { startS3 } from "../emulators/s3";
import { backupImage } from "../foundation/backupContract";
import { startTestCluster, type TestCluster } from "../tests/support/cluster";

export const checkout = path.join(__dirname, "..");
export const bucket = "bench-backups";
export const backupPassword = "bench-backup-password";
const tables = 8;
/** Bytes of a row as `pg_dump` writes it. */
const rowBytes = 262;

/** A database and a bucket, on this machine. */
export interface Workbench {
  readonly folder: string;
  readonly source: TestCluster;
  readonly postgres: pg.Client;
  /** Process id of the S3 server. */
  readonly storePid: number;
  /** The environment of the backup program. */
  readonly environment: Record<string, string>;
  remove(): Promise<void>;
}

async function startWorkbench(): Promise<Workbench> {
  bundleBackup();
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-bench-"));
  const source = await startTestCluster();
  const access = { accessKey: "bench-access", secretKey: "bench-secret-key" };
  const s3 = await startS3({ directory: path.join(folder, "s3"), ...access });
  const environment = {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: access.accessKey,
    AWS_SECRET_ACCESS_KEY: access.secretKey,
    BACKUP_BUCKET: bucket,
    BACKUP_PARALLEL_DUMPS: "2",
    PGHOST: "127.0.0.1",
    PGPORT: String(source.port),
    PGDATABASE: "postgres",
    PGUSER: "backup",
    PGPASSWORD: backupPassword,
    PGSSLMODE: "disable",
  };
  Object.assign(process.env, environment);
  const client = createClient({ region: "us-east-1", bucket, forcePathStyle: true, timeoutSeconds: 60 });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  const postgres = await source.client();
  await postgres.query(`
    create role backup login bypassrls password '${backupPassword}';
    grant pg_read_all_data to backup;
    create schema shop`);
  for (let table = 1; table <= tables; table += 1) {
    await postgres.query(`create table shop.orders_${table} (
      id bigint primary key, tenant_id uuid not null, customer text not null, note text, net numeric(12, 2) not null,
      details jsonb not null, created_at timestamptz not null)`);
  }
  return {
    folder,
    source,
    postgres,
    storePid: s3.pid,
    environment,
    async remove() {
      await s3.stop();
      await source.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Adds rows like an application's until a plain dump has about this many bytes. */
export async function growTo(postgres: pg.Client, bytes: number): Promise<void> {
  const rows = Math.round(bytes / tables / rowBytes);
  for (let table = 1; table <= tables; table += 1) {
    await postgres.query(
      `insert into shop.orders_${table}
       select n, md5((n % 1000)::text)::uuid, 'customer ' || n % 5000, 'Called at ' || n || ', wants ' || md5(n::text),
         (n * 7919 % 100000) / 100.0,
         jsonb_build_object('status', (array['open', 'done', 'paid'])[1 + n % 3], 'priority', n % 5, 'reference', md5((n * 31)::text)),
         '2026-01-01'::timestamptz + n * interval '1 minute'
       from generate_series(coalesce((select max(id) from shop.orders_${table}), 0) + 1, $1::bigint) n`,
      [rows],
    );
  }
  await postgres.query("vacuum analyze");
}

/** Runs a shell command line to its end, by default as the role `backup`. */
export async function shell(command: string, environment: Record<string, string>): Promise<void> {
  await untilItEnds(
    spawn("bash", ["-o", "pipefail", "-ec", command], { env: withPath(environment), stdio: "inherit" }),
  );
}

/** Returns the backup program, bundled as for the container. Call this before the measurement. */
function bundleBackup(): void {
  const { bundle } = createRequire(__filename)(path.join(checkout, "build", "bundle.cjs")) as {
    bundle(outputs: readonly string[]): void;
  };
  bundle(["backup.cjs"]);
}

export function startBackup(args: readonly string[], environment: Record<string, string>) {
  const program = [...backupImage.nodeOptions, path.join(checkout, "dist", "backup.cjs")];
  return spawn(process.execPath, [...program, ...args], {
    env: withPath(environment),
    stdio: ["ignore", "ignore", "pipe"],
  });
}

export async function untilItEnds(child: ReturnType<typeof spawn>): Promise<void> {
  let errorText = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errorText += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnargs.join(" ")} ended with ${code ?? signal}: ${errorText}`));
    });
  });
}

function withPath(environment: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...environment };
}

/** Returns the size on the command line, in bytes. */
function sizeArgument(byDefault: number): number {
  const gigabytes = Number(process.argv[2] ?? process.env.BENCH_GIGABYTES ?? byDefault);
  if (!(gigabytes > 0)) throw new Error("the argument is the size of a plain dump in GB, such as 0.2");
  return gigabytes * 1e9;
}

/** Runs a measurement with its own database and S3 server, and the size of a plain dump in the first argument (default: 1 GB). */
export async function withWorkbench(work: (bench: Workbench, bytes: number) => Promise<void>): Promise<void> {
  const bytes = sizeArgument(1);
  const bench = await startWorkbench();
  try {
    await work(bench, bytes);
  } finally {
    await bench.remove();
  }
}
