import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { readCatalog } from "../../plugins/supabasex/provider/sqlBundle/catalog";
import { startTestCluster } from "../../tests/support/cluster";
import type { Project, Subject } from "./subject";
import { byTurns, ratio } from "./turns";

const run = promisify(execFile);

/** Compares the catalog read on an open connection with `pg_dump --schema-only` of the same database. */
export async function measureRead(subject: Subject) {
  return {
    target: 0.2,
    sample: await readOf(subject.sample, subject),
    large: await readOf(subject.large, subject),
  };
}

async function readOf({ script }: Project, { rounds, binDirectory }: Subject) {
  const cluster = await startTestCluster();
  try {
    const psql = ["-1", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, cluster.url()];
    await run(path.join(binDirectory, "psql"), psql);
    const client = await cluster.client();
    await client.query("analyze");
    const identities = Object.keys(await readCatalog(client));
    const costs = await byTurns(
      {
        pgDump: (measure) =>
          measure(cluster.pid, () =>
            run(path.join(binDirectory, "pg_dump"), ["--schema-only", "--file=/dev/null", cluster.url()]),
          ),
        read: (measure) => measure(cluster.pid, () => readCatalog(client)),
      },
      rounds * readsPerRound,
    );
    const isPart = (identity: string) => /^(column|constraint) /.test(identity);
    return {
      objects: identities.filter((identity) => !isPart(identity)).length,
      columnsAndConstraints: identities.filter(isPart).length,
      ...costs,
      ratio: ratio(costs.read, costs.pgDump),
    };
  } finally {
    await cluster.remove();
  }
}

/** A read takes less than a second, so there are more rounds. */
const readsPerRound = 3;
