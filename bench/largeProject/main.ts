import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ensurePostgresInstalled } from "../../emulators/postgres";
import { checkoutRoot } from "../../foundation/checkout";
import { writeSample } from "../sampleBundle";
import { report } from "../sql/support";
import { measureApply } from "./apply";
import { measureEngine } from "./engine";
import { generateProject, writeProject } from "./generate";
import { measureRead } from "./read";
import type { Subject } from "./subject";

const parts = { apply: measureApply, read: measureRead, engine: measureEngine } as const;

async function main(): Promise<void> {
  const [rounds = "5", only] = process.argv.slice(2);
  const { binDirectory } = await ensurePostgresInstalled(console.error);
  const directory = await mkdtemp(path.join(os.tmpdir(), "thorbis-bench-"));
  const [sample, large] = [path.join(directory, "sample"), path.join(directory, "large")];
  const subject: Subject = {
    rounds: Number(rounds),
    binDirectory,
    ours: path.join(checkoutRoot(), "sql"),
    sample: { directory: sample, script: writeSample(sample) },
    large: { directory: large, script: writeProject(large, generateProject()) },
  };
  try {
    for (const [name, measure] of Object.entries(parts)) {
      if (only !== undefined && only !== name) continue;
      const load = os.loadavg()[0] ?? Number.NaN;
      report({
        bench: "largeProject",
        part: name,
        rounds: subject.rounds,
        load,
        ...(await measure(subject)),
      });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

void main();
