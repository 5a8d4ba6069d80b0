// A backup and a restore against `pg_dump`, the guide's script, `gunzip -c | psql` and `pg_restore`. Prints one line of JSON.
// Run: npx tsx bench/backup.ts [gigabytes of a plain dump; default 1]
import { setMaxListeners } from "node:events";
import { createReadStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { Upload } from "@aws-sdk/lib-storage";
import pg from "pg";
import { beginDump } from "../backup/dump/begin";
import { readEnvironment } from "../backup/environment";
import { connect } from "../backup/postgres/connect";
import { findTools } from "../backup/postgres/tools";
import { createClient } from "../backup/store/client";
import { ObjectStore } from "../backup/store/objectStore";
import { forEachLimited } from "../foundation/concurrency";
import { majorOf, startTestCluster } from "../tests/support/cluster";
import { type Measured, measure, medianOf } from "./backupCpu";
import {
  bucket,
  growTo,
  shell,
  startBackup,
  untilItEnds,
  type Workbench,
  withWorkbench,
} from "./backupSupport";

/** Rounds of each measurement, interleaved, so that a slow minute of the machine affects all of them. */
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const targets = {
  wholeBackup: "<= 1.3 times pg_dump",
  guideScript: ">= 4.5 times the whole backup",
  restore: "<= 0.55 times gunzip -c | psql and <= 1.1 times pg_restore -Fd -j2",
};

/** Discards everything that is written to it. */
class NoStore extends ObjectStore {
  override async putStream(_key: string, body: Readable): Promise<void> {
    for await (const _ of body);
  }
}

/** Dumps, compresses and hashes like a backup, without upload and read-back. */
async function dumpCompressHash({ environment }: Workbench): Promise<void> {
  const { source, parallel, store } = readEnvironment(["source", "parallel", "store"], environment);
  const client = await connect(source, 1);
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  try {
    const { parts } = await beginDump(client, {
      tools: await findTools(await majorOf(client)),
      source,
      parallel,
      memoryBytes: undefined,
      applicationName: "bench",
      signal,
      progress: () => undefined,
    });
    const nowhere = new NoStore(createClient(store), store.bucket);
    await forEachLimited(parts, parallel, async (part) => void (await part.store(part.name, nowhere)));
  } finally {
    await client.end();
  }
}

/** Runs the guide's script: dumps to a file, compresses it, copies it to S3 as `aws s3 cp` does, in parts. */
async function guideScript({ environment, folder }: Workbench): Promise<string> {
  const file = path.join(folder, "backup.sql");
  await rm(`${file}.gz`, { force: true });
  const left = "--exclude-schema=auth --exclude-schema=storage --exclude-schema=realtime";
  await shell(
    `pg_dump --format=plain --no-owner --no-privileges ${left} > '${file}'; gzip '${file}'`,
    environment,
  );
  const client = createClient(readEnvironment(["store"], environment).store);
  const Body = createReadStream(`${file}.gz`);
  const params = { Bucket: bucket, Key: `guide/${Date.now()}.sql.gz`, Body };
  await new Upload({ client, params, queueSize: 10 }).done();
  client.destroy();
  return `${file}.gz`;
}

/** Restores in each way into a separate cluster, which is created before the measurement. */
async function measureRestore(
  bench: Workbench,
  archives: { readonly plain: string; readonly folder: string },
): Promise<Record<"restore" | "gunzipPsql" | "pgRestore", Measured>> {
  const clusters = [await startTestCluster(), await startTestCluster(), await startTestCluster()] as const;
  const [ours, psql, pgRestore] = clusters;
  const servers = { postgres: clusters.map(({ pid }) => pid), store: bench.storePid };
  try {
    // With --schema, pg_restore restores the objects in the schema, but not the schema itself.
    await (await pgRestore.client()).query("create schema shop");
    const result = {
      restore: await measure(servers, async () => {
        const RESTORE_DATABASE_URL = `${ours.url("postgres")}?sslmode=disable`;
        await untilItEnds(startBackup(["restore"], { ...bench.environment, RESTORE_DATABASE_URL }));
      }),
      // The guide's dump also creates objects that a project already has. psql continues after these errors.
      gunzipPsql: await measure(servers, async () => {
        const target = psql.url("postgres");
        await shell(`gunzip -c '${archives.plain}' | psql --quiet --dbname='${target}' > /dev/null 2>&1`, {});
      }),
      pgRestore: await measure(servers, async () => {
        const target = pgRestore.url("postgres");
        await shell(
          `pg_restore --format=directory --jobs=2 --schema=shop --dbname='${target}' '${archives.folder}'`,
          {},
        );
      }),
    };
    await expectSameRows(...clusters.map((cluster) => cluster.url("postgres")));
    return result;
  } finally {
    await Promise.all(clusters.map(async (cluster) => await cluster.remove()));
  }
}

async function expectSameRows(...urls: string[]): Promise<void> {
  const counts = new Set<string>();
  for (const connectionString of urls) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const { rows } = await client.query("select count(*)::text as rows from shop.orders_1");
    await client.end();
    counts.add(rows[0].rows);
  }
  if (counts.size !== 1 || counts.has("0")) throw new Error(`the restores differ: ${[...counts].join(", ")}`);
}

async function main(bench: Workbench, bytes: number): Promise<void> {
  await growTo(bench.postgres, bytes);
  const plain = path.join(bench.folder, "size");
  await shell(`pg_dump -Fc -Z0 | wc -c > '${plain}'`, bench.environment);
  const folder = path.join(bench.folder, "directory");
  const servers = { postgres: [bench.source.pid], store: bench.storePid };
  let archive = "";
  const works = {
    pgDump: () => shell("pg_dump -Fc -Z0 > /dev/null", bench.environment),
    dumpCompressHash: () => dumpCompressHash(bench),
    wholeBackup: () => untilItEnds(startBackup(["run"], bench.environment)),
    guideScript: async () => {
      archive = await guideScript(bench);
    },
  };
  type Name = keyof typeof works | "restore" | "gunzipPsql" | "pgRestore";
  const runs = new Map<Name, Measured[]>();
  const note = (name: Name, run: Measured): void => void runs.set(name, [...(runs.get(name) ?? []), run]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(works))
      note(name as keyof typeof works, await measure(servers, work));
  }
  await shell(`pg_dump --format=directory --jobs=2 --schema=shop --file='${folder}'`, bench.environment);
  for (let round = 0; round < rounds; round += 1) {
    const restores = await measureRestore(bench, { plain: archive, folder });
    for (const [name, run] of Object.entries(restores)) note(name as keyof typeof restores, run);
  }
  const results = Object.fromEntries([...runs].map(([name, all]) => [name, medianOf(all)]));
  const ratio = (a: Name, b: Name) => ({
    seconds: divide(results[a]?.seconds, results[b]?.seconds),
    cpuSeconds: divide(results[a]?.cpuSeconds, results[b]?.cpuSeconds),
  });
  console.log(
    JSON.stringify({
      bench: "backup",
      gigabytes: Number((Number((await readFile(plain, "utf8")).trim()) / 1e9).toFixed(2)),
      compressedMegabytes: Math.round((await stat(archive)).size / 1e6),
      rounds,
      results,
      ratios: {
        dumpCompressHashOverPgDump: ratio("dumpCompressHash", "pgDump"),
        wholeBackupOverPgDump: ratio("wholeBackup", "pgDump"),
        guideScriptOverWholeBackup: ratio("guideScript", "wholeBackup"),
        restoreOverGunzipPsql: ratio("restore", "gunzipPsql"),
        restoreOverPgRestore: ratio("restore", "pgRestore"),
      },
      targets,
    }),
  );
}

function divide(a = Number.NaN, b = Number.NaN): number {
  return Number((a / b).toFixed(2));
}

void withWorkbench(main);
