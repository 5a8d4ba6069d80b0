import { execFile } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startTestCluster, type TestCluster } from "../../tests/support/cluster";
import { deployInProcess } from "../deployProcess";
import type { Project, Subject } from "./subject";
import { byTurns, ratio, type Work } from "./turns";

const run = promisify(execFile);

/** Compares the first apply by a new provider process with `psql -1` on the same files in one script, in new databases. */
export async function measureApply(subject: Subject) {
  return {
    target: 0.9,
    sample: await applyOf(subject.sample, subject),
    large: await applyOf(subject.large, subject),
  };
}

async function applyOf({ directory, script }: Project, { rounds, binDirectory }: Subject) {
  const costs = await byTurns(
    {
      psql: inNewDatabase((cluster) =>
        run(path.join(binDirectory, "psql"), [
          ...["-1", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devNull, "-f", script, cluster.url()],
        ]),
      ),
      // Includes the start of the process, like psql's.
      provider: inNewDatabase((cluster) =>
        deployInProcess(__dirname, "create", { directory, url: cluster.url() }),
      ),
    },
    rounds,
  );
  return { ...costs, ratio: ratio(costs.provider, costs.psql) };
}

function inNewDatabase(work: (cluster: TestCluster) => Promise<unknown>): Work {
  return async (measure) => {
    const cluster = await startTestCluster();
    try {
      await measure(cluster.pid, () => work(cluster));
    } finally {
      await cluster.remove();
    }
  };
}
