// Measures how much time the report of locks adds to a dry run of 60 migrations with three statements each, on a database of 500
// tables with rows. Times the whole dry run, and its migrations alone with and without probes. Prints one line of JSON.
// Run: npx tsx bench/dryRunLocks.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client, type QueryResult } from "pg";
import { type PropertyMap, Secret } from "../plugins/provider-host/values";
import { FilesAhead } from "../plugins/supabasex/provider/sqlBundle/apply/send/filesAhead";
import { LockWatch } from "../plugins/supabasex/provider/sqlBundle/locks/watch";
import { sqlBundle } from "../plugins/supabasex/provider/sqlBundle/resource";
import { type BundleFile, bundleFile } from "../plugins/supabasex/provider/sqlBundle/source/files";
import { loadParser } from "../plugins/supabasex/provider/sqlBundle/source/parser";
import { readBundleFiles } from "../plugins/supabasex/sdk/readBundleFiles";
import { startTestCluster, type TestCluster } from "../tests/support/cluster";
import { median, timed } from "./measure";

const target = 1.2;
const rounds = 7;
const tables = 500;
const migrations = 60;

function migration(at: number): string {
  return `alter table t.table_${at} add column note text not null default 'none';
alter table t.table_${at} add constraint noted check (note <> '') not valid;
create index table_${at}_note on t.table_${at + migrations} (name);
`;
}

async function fill(cluster: TestCluster): Promise<void> {
  const client = await cluster.client();
  await client.query("create schema t");
  for (let at = 0; at < tables; at += 1) {
    await client.query(
      `create table t.table_${at} as select n as id, 'name ' || n as name from generate_series(1, 200) n`,
    );
  }
  await client.query("analyze");
}

async function main(): Promise<void> {
  await loadParser();
  const directory = mkdtempSync(path.join(os.tmpdir(), "thorbis-bench-"));
  const cluster = await startTestCluster();
  try {
    await fill(cluster);
    mkdirSync(path.join(directory, "migrations"));
    // On a database without a deployment, only large tables are watched.
    writeFileSync(path.join(directory, "migrations", "20250101000000_first.sql"), "create schema first;\n");
    await deploy(directory, cluster, { preview: false });
    const files: BundleFile[] = Array.from({ length: migrations }, (_, at) => {
      const name = `migrations/202601010000${String(at).padStart(2, "0")}_change.sql`;
      writeFileSync(path.join(directory, name), migration(at));
      return bundleFile(name, "migration", migration(at));
    });
    const client = new Client({ connectionString: cluster.url(), pipeline: true });
    await client.connect();
    /** Sends the files like a deployment. */
    const run = async (send: (file: BundleFile) => Promise<void>) => {
      const ahead = new FilesAhead(send);
      for (const [at, file] of files.entries()) await ahead.run(file, files.slice(at + 1));
    };
    const plain = () =>
      run(async (file) => {
        await client.query(file.text);
      });
    const watched = async () => {
      const watch = await LockWatch.begin(client, files);
      await watch.look(client);
      await run(async (file) => {
        const results: unknown = await client.query(watch.textOf(file)?.text ?? file.text);
        watch.record(file, (Array.isArray(results) ? results : [results]) as QueryResult[]);
      });
      await watch.finish(client);
    };
    const rolledBack = async (run: () => Promise<void>) => {
      await client.query("begin");
      try {
        return await timed(run);
      } finally {
        await client.query("rollback");
      }
    };
    const [whole, without, withProbes]: number[][] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      whole?.push(await timed(() => deploy(directory, cluster, { preview: true })));
      without?.push(await rolledBack(plain));
      withProbes?.push(await rolledBack(watched));
    }
    const added = median(withProbes ?? []) - median(without ?? []);
    const total = median(whole ?? []);
    console.log(
      JSON.stringify({
        bench: "dryRunLocks",
        ...{
          tables,
          migrations,
          dryRunMilliseconds: Math.round(total),
          addedMilliseconds: Math.round(added),
        },
        ratio: Number((total / (total - added)).toFixed(3)),
        target,
      }),
    );
    await client.end();
  } finally {
    await cluster.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function deploy(
  directory: string,
  cluster: TestCluster,
  { preview }: { readonly preview: boolean },
): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(cluster.url());
  const inputs = {
    name: "bench",
    directory,
    files: readBundleFiles(directory),
    connection: new Secret({
      ...{ host: hostname, port: Number(port), user: username },
      ...{ password: decodeURIComponent(password), database: pathname.slice(1) },
    }),
    dryRun: "live",
  } as unknown as PropertyMap;
  await sqlBundle.create(
    {
      urn: "urn",
      type: "supabasex:index:SqlBundle",
      name: "bench",
      inputs,
      preview,
      timeoutSeconds: 0,
    },
    { signal: new AbortController().signal, log: () => undefined },
  );
}

void main();
