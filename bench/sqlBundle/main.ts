import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensurePostgresInstalled } from "../../emulators/postgres";
import { createBundleStack } from "../../tests/support/bundleStack";
import { startTestCluster, type TestCluster } from "../../tests/support/cluster";
import { deployInProcess } from "../deployProcess";
import { median, timed } from "../measure";
import { sampleSize, writeSample } from "../sampleBundle";

const rounds = Number(process.argv[2] ?? 5);
const target = 0.9;
const run = promisify(execFile);

/** Measures work in a new database. */
async function inNewDatabase(measure: (cluster: TestCluster) => Promise<number>): Promise<number> {
  const cluster = await startTestCluster();
  try {
    return await measure(cluster);
  } finally {
    await cluster.remove();
  }
}

async function deploy(mode: "create" | "preview", directory: string, cluster: TestCluster): Promise<number> {
  const stdout = await deployInProcess(__dirname, mode, { directory, url: cluster.url() });
  return (JSON.parse(stdout) as { milliseconds: number }).milliseconds;
}

/** Returns the size of the resource's outputs in the state file, and the time of a preview without changes. */
async function onTheEngine(directory: string) {
  const cluster = await startTestCluster();
  const stack = await createBundleStack({ databaseUrl: cluster.url(), sql: directory });
  try {
    const command = async (...args: string[]) => {
      const { exitCode, output, stdout } = await stack.pulumi(...args);
      if (exitCode !== 0) throw new Error(output);
      return stdout;
    };
    await command("up", "--yes", "--skip-preview");
    const { deployment } = JSON.parse(await command("stack", "export")) as {
      deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
    };
    const bundle = deployment.resources.find(({ type }) => type === "supabasex:index:SqlBundle");
    // A line per object: its digest, then its identity.
    const lines = String(bundle?.outputs?.expected ?? "").split("\n");
    const identities = lines.map((line) => line.slice(line.indexOf(" ") + 1));
    const previews: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      previews.push(await timed(() => command("preview", "--expect-no-changes")));
    }
    return {
      objects: identities.filter((identity) => !/^(column|constraint|applied file) /.test(identity)).length,
      stateBytes: JSON.stringify(bundle?.outputs).length,
      noOpPreviewMilliseconds: Math.round(median(previews)),
    };
  } finally {
    await stack.remove();
    await cluster.remove();
  }
}

async function main(): Promise<void> {
  const { binDirectory } = await ensurePostgresInstalled(console.error);
  const directory = await mkdtemp(path.join(os.tmpdir(), "thorbis-bench-"));
  const script = writeSample(directory);
  const psql = (cluster: TestCluster) => {
    const args = ["-1", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devNull, "-f", script, cluster.url()];
    return timed(() => run(path.join(binDirectory, "psql"), args));
  };
  try {
    const scripts: number[] = [];
    const applies: number[] = [];
    const dryRuns: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      scripts.push(await inNewDatabase(psql));
      applies.push(await inNewDatabase((cluster) => deploy("create", directory, cluster)));
      dryRuns.push(await inNewDatabase((cluster) => deploy("preview", directory, cluster)));
    }
    console.log(
      JSON.stringify({
        bench: "sqlBundle",
        ...sampleSize,
        ...(await onTheEngine(directory)),
        applyMilliseconds: Math.round(median(applies)),
        psqlMilliseconds: Math.round(median(scripts)),
        ratio: Number((median(applies) / median(scripts)).toFixed(2)),
        target,
        dryRunMilliseconds: Math.round(median(dryRuns)),
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void main();
