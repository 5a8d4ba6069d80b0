// Measures the catalog read on an open connection, compared with `pg_dump --schema-only` on the same database. It has more than
// 2,000 objects of every kind that is read. Prints one line of JSON. Run: npx tsx bench/catalogRead.ts
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensurePostgresInstalled } from "../emulators/postgres";
import { readCatalog } from "../plugins/supabasex/provider/sqlBundle/catalog";
import { startTestCluster } from "../tests/support/cluster";
import { median, timed } from "./measure";
import { writeSample } from "./sampleBundle";

const target = 0.2;
const rounds = 15;

async function main(): Promise<void> {
  const { binDirectory } = await ensurePostgresInstalled(console.error);
  const run = promisify(execFile);
  const directory = await mkdtemp(path.join(os.tmpdir(), "thorbis-bench-"));
  const script = writeSample(directory);
  const cluster = await startTestCluster();
  try {
    const psql = path.join(binDirectory, "psql");
    await run(psql, ["-1", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, cluster.url()]);
    const client = await cluster.client();
    await client.query("analyze");
    const identities = Object.keys(await readCatalog(client));
    const parts = identities.filter((identity) => /^(column|constraint) /.test(identity));
    const dump = () =>
      run(path.join(binDirectory, "pg_dump"), ["--schema-only", "--file=/dev/null", cluster.url()]);
    await dump();
    const reads: number[] = [];
    const dumps: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      reads.push(await timed(() => readCatalog(client)));
      dumps.push(await timed(dump));
    }
    const read = median(reads);
    const dumped = median(dumps);
    console.log(
      JSON.stringify({
        bench: "catalogRead",
        objects: identities.length - parts.length,
        columnsAndConstraints: parts.length,
        readMilliseconds: Math.round(read),
        pgDumpMilliseconds: Math.round(dumped),
        ratio: Number((read / dumped).toFixed(3)),
        target,
      }),
    );
  } finally {
    await cluster.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

void main();
