import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { execa } from "execa";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { runningCluster } from "../../local/services/postgres";
import { stateFileOf } from "../../local/stack/deploy";
import { leftoverProcesses } from "../support/processes";
import { seededRandom } from "../support/random";

// `npm test` runs ten of them; `npm run soak` sets SOAK_ROUNDS.
const rounds = Number(process.env.SOAK_ROUNDS ?? 10);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** What is killed, and how its processes are told from the others of one environment. */
const victims = {
  "npm start": (command: string) => command.includes("local/run.mjs start"),
  "the Pulumi CLI": (command: string) => /(^|\/)pulumi (up|stack|refresh)\b/.test(command),
  "the SqlBundle provider": (command: string) => command.includes("pulumi-resource-supabasex"),
  "the postgresql provider": (command: string) => command.includes("providers/postgresql.cjs"),
} as const;
type Victim = keyof typeof victims;

/** Of the role postgres; Pulumi.local.yaml has it as `databasePassword`. */
const localPassword = "thorbis-local-postgres";

let base: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "killed runs "));
});

afterAll(() => rm(base, { recursive: true, force: true }));

function local(directory: string, ...args: string[]) {
  return execa(process.execPath, [path.join(checkoutRoot(), "local/run.mjs"), ...args], {
    env: { THORBIS_LOCAL_DIRECTORY: directory },
    all: true,
    reject: false,
    stdin: "ignore",
  });
}

const random = seededRandom(seed);
const cases = Array.from({ length: rounds }, (_, round) => {
  const names = Object.keys(victims) as Victim[];
  return { round, victim: names[round % names.length] as Victim, milliseconds: Math.floor(random() * 2500) };
});

test.each(cases)(
  `round $round: $victim killed $milliseconds ms into its life (SEED=${seed})`,
  async ({ round, victim, milliseconds }) => {
    const directory = path.join(base, `round ${round}`);
    const cutOff = local(directory, "start");
    await killWhenOldEnough(directory, victim, milliseconds, cutOff);
    await cutOff;

    const next = await local(directory, "start");

    expect(next.exitCode, next.all).toBe(0);
    const { pending_operations: pending, resources } = await deployedState(directory);
    expect(pending ?? []).toEqual([]);
    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    expect(await duplicatedMigrations(directory)).toEqual([]);
    // Once is enough: whatever has been made twice or forgotten is in the state or in the database by now.
    if (round === rounds - 1) {
      const unchanged = await local(directory, "pulumi", "preview", "-s", "local", "--expect-no-changes");
      expect(unchanged.exitCode, unchanged.all).toBe(0);
    }

    const down = await local(directory, "down");
    expect(down.exitCode, down.all).toBe(0);
    expect(leftoverProcesses(directory)).toEqual([]);
  },
);

/** Kills the victim once it has lived that long, or not at all where the run ends before. */
async function killWhenOldEnough(
  directory: string,
  victim: Victim,
  milliseconds: number,
  run: Promise<unknown>,
): Promise<void> {
  let ended = false;
  void run.finally(() => {
    ended = true;
  });
  while (!ended) {
    const found = leftoverProcesses(directory).filter(({ command }) => victims[victim](command));
    if (found.length > 0) {
      await Promise.race([wait(milliseconds), run]);
      for (const { pid } of found) killIfThere(pid);
      return;
    }
    await wait(20);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The file that the backend keeps, which `pulumi stack export` would print. */
async function deployedState(
  directory: string,
): Promise<{ pending_operations?: unknown[]; resources: { urn: string }[] }> {
  const text = await readFile(stateFileOf(path.join(directory, "state"), "local"), "utf8");
  return JSON.parse(text).checkpoint.latest;
}

async function duplicatedMigrations(directory: string): Promise<unknown[]> {
  const projects = path.join(directory, "services/supabase/projects");
  const clusters = (await readdir(projects)).map((ref) =>
    runningCluster(path.join(projects, ref, "database"), localPassword),
  );
  const [cluster, ...others] = clusters.filter((candidate) => candidate !== undefined);
  // A project made a second time has a cluster of its own.
  expect(others).toEqual([]);
  const database = new Client({ connectionString: cluster?.url() });
  await database.connect();
  try {
    const result = await database.query(
      "select name, count(*) from supabase_migrations.schema_migrations group by name having count(*) > 1",
    );
    return result.rows;
  } finally {
    await database.end();
  }
}
