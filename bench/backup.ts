// A backup and a restore against `pg_dump`, the guide's script and `gunzip -c | psql`. Prints one line of JSON.
// Run: npx tsx bench/backup.ts [gigabytes of a plain dump; default 1]
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { Upload } from "@aws-sdk/lib-storage";
import pg from "pg";
import { forEachLimited } from "../backup/concurrency";
import { beginDump } from "../backup/dump/begin";
import { readEnvironment } from "../backup/environment";
import { connect } from "../backup/postgres/connect";
import { findTools } from "../backup/postgres/tools";
import { createClient } from "../backup/store/client";
import { ObjectStore } from "../backup/store/objectStore";
import { startTestCluster } from "../tests/support/cluster";
import {
  bucket,
  growTo,
  inMilliseconds,
  median,
  shell,
  sizeArgument,
  startBackup,
  startWorkbench,
  untilItEnds,
  type Workbench,
} from "./backupSupport";

const rounds = 3;
const targets = {
  dumpCompressHash: "<= 1.4",
  wholeBackup: "<= 2.5",
  guideScript: ">= 3 times the whole backup",
  restore: ">= 3 times faster than gunzip -c | psql",
};

/** Takes what is written and keeps nothing. */
class NoStore extends ObjectStore {
  override async putStream(_key: string, body: Readable): Promise<void> {
    for await (const _ of body);
  }
}

/** Dumps, compresses and hashes as a backup does, and leaves upload and read-back out. */
async function dumpCompressHash({ environment }: Workbench): Promise<void> {
  const { source, parallel, store } = readEnvironment(["source", "parallel", "store"], environment);
  const client = await connect(source, 1);
  try {
    const { parts } = await beginDump(client, {
      tools: await findTools(),
      source,
      parallel,
      memoryBytes: undefined,
      applicationName: "bench",
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    const nowhere = new NoStore(createClient(store), store.bucket);
    await forEachLimited(parts, parallel, async (part) => void (await part.store(part.name, nowhere)));
  } finally {
    await client.end();
  }
}

/** The guide's script: dump to a file, compress it, copy it to S3 as `aws s3 cp` does, in parts. */
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

/** Both ways into clusters of their own, which are made before the clock runs. */
async function measureRestore(bench: Workbench, archive: string): Promise<{ ours: number; psql: number }> {
  const [target, other] = [await startTestCluster(), await startTestCluster()];
  try {
    const ours = await inMilliseconds(async () => {
      const RESTORE_DATABASE_URL = `${target.url("postgres")}?sslmode=disable`;
      await untilItEnds(startBackup(["restore"], { ...bench.environment, RESTORE_DATABASE_URL }));
    });
    const psql = await inMilliseconds(async () => {
      // What the guide's dump wants to make and a project has already is skipped, as psql does without ON_ERROR_STOP.
      await shell(
        `gunzip -c '${archive}' | psql --quiet --dbname='${other.url("postgres")}' > /dev/null 2>&1`,
        {},
      );
    });
    await expectSameRows(target.url("postgres"), other.url("postgres"));
    return { ours, psql };
  } finally {
    await Promise.all([target.remove(), other.remove()]);
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

async function main(): Promise<void> {
  const bytes = sizeArgument(1);
  const bench = await startWorkbench();
  try {
    await growTo(bench.postgres, bytes);
    const floor = () => shell("pg_dump -Fc -Z0 > /dev/null", bench.environment);
    const plain = path.join(bench.folder, "size");
    await shell(`pg_dump -Fc -Z0 | wc -c > '${plain}'`, bench.environment);
    const times = {
      floor: [] as number[],
      dump: [] as number[],
      whole: [] as number[],
      guide: [] as number[],
    };
    let archive = "";
    for (let round = 0; round < rounds; round += 1) {
      times.floor.push(await inMilliseconds(floor));
      times.dump.push(await inMilliseconds(() => dumpCompressHash(bench)));
      times.whole.push(await inMilliseconds(() => untilItEnds(startBackup(["run"], bench.environment))));
      times.guide.push(
        await inMilliseconds(async () => {
          archive = await guideScript(bench);
        }),
      );
    }
    const restore = await measureRestore(bench, archive);
    const [floorTime, dump, whole, guide] = [times.floor, times.dump, times.whole, times.guide].map(median);
    const ratio = (a = Number.NaN, b = Number.NaN) => Number((a / b).toFixed(2));
    const seconds = (milliseconds = Number.NaN) => Number((milliseconds / 1000).toFixed(1));
    console.log(
      JSON.stringify({
        bench: "backup",
        gigabytes: Number((Number(await shellOutput(plain)) / 1e9).toFixed(2)),
        compressedMegabytes: Math.round((await stat(archive)).size / 1e6),
        seconds: {
          pgDump: seconds(floorTime),
          dumpCompressHash: seconds(dump),
          wholeBackup: seconds(whole),
          guideScript: seconds(guide),
          restore: seconds(restore.ours),
          gunzipPsql: seconds(restore.psql),
        },
        ratios: {
          dumpCompressHash: ratio(dump, floorTime),
          wholeBackup: ratio(whole, floorTime),
          guideScript: ratio(guide, whole),
          restore: ratio(restore.psql, restore.ours),
        },
        targets,
      }),
    );
  } finally {
    await bench.remove();
  }
}

async function shellOutput(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return (await readFile(file, "utf8")).trim();
}

void main();
