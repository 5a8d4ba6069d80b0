import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { ManagementApi } from "../../foundation/managementApi";
import { stateFileOf } from "../../local/stack/deploy";
import { expectNoProcesses, leftoverProcesses } from "../support/processes";
import { seededRandom } from "../support/random";
import { everyCase } from "../support/slice";

const keyType = "aws:kms/key:Key";

// Each round kills two runs in a row, and then one must succeed. One round kills two kinds of process, and three (EVERY_CASE=1) each
// kind once. `npm run soak` sets SOAK_ROUNDS.
const rounds = Number(process.env.SOAK_ROUNDS ?? (everyCase ? 3 : 1));
const seed = Number(process.env.SEED ?? 20261122);

/** A victim, and how to distinguish its processes from the others of an environment. */
interface Victim {
  readonly name: string;
  readonly is: (command: string) => boolean;
  /** The environment whose local copy is deployed. Default: the stack `local`. */
  readonly like?: "prod";
}

const victims = {
  start: { name: "npm start", is: (command) => command.includes("local/run.mjs start") },
  cli: { name: "the Pulumi CLI", is: (command) => /(^|\/)pulumi (up|stack|refresh)\b/.test(command) },
  // Only prod has some resources, such as a key for its bucket. Keys have no names that could conflict.
  aws: {
    name: "the aws provider",
    is: (command) => command.includes("providers/aws.cjs"),
    like: "prod",
  },
  supabase: {
    name: "the supabase provider",
    is: (command) => command.includes("providers/terraform-provider.cjs"),
  },
  sqlBundle: {
    name: "the SqlBundle provider",
    is: (command) => command.includes("pulumi-resource-supabasex"),
  },
  postgresql: {
    name: "the postgresql provider",
    is: (command) => command.includes("providers/postgresql.cjs"),
  },
} as const satisfies Record<string, Victim>;

/** The victims of the five rounds: each one once, then the four with the most leftovers a second time, in other pairs. */
const order: readonly (readonly [Victim, Victim])[] = [
  [victims.cli, victims.start],
  [victims.aws, victims.supabase],
  [victims.sqlBundle, victims.postgresql],
  [victims.supabase, victims.cli],
  [victims.sqlBundle, victims.aws],
];

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
  const kills = (order[round % order.length] ?? []).map((victim) => ({
    victim,
    milliseconds: Math.floor(random() * 2500),
  }));
  const names = kills.map(({ victim, milliseconds }) => `${victim.name} after ${milliseconds} ms`);
  return [round, names.join(", then "), kills] as const;
});

test.each(cases)(
  `round %i: a start succeeds after two killed ones: %s (SEED=${seed})`,
  async (round, _names, kills) => {
    const directory = path.join(base, `round ${round}`);
    const like = kills.map(({ victim }) => victim.like).find((name) => name !== undefined);
    const stack = like === undefined ? "local" : `like-${like}`;
    const start = ["start", ...(like === undefined ? [] : ["--like", like])];
    for (const { victim, milliseconds } of kills) {
      const found = await killedRun({ directory, start, victim, milliseconds });
      expect(found, `no process of ${victim.name} was found`).toBe(true);
    }

    const next = await local(directory, ...start);

    expect(next.exitCode, next.all).toBe(0);
    const { pending_operations: pending, resources } = await deployedState(directory, stack);
    expect(pending ?? []).toEqual([]);
    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    const services = await servicesOf(directory);
    // A resource that was created twice is not in the state, so it would never be removed.
    expect(await services.projects()).toHaveLength(1);
    expect(await services.keys()).toHaveLength(resources.filter(({ type }) => type === keyType).length);
    expect(await services.duplicatedMigrations()).toEqual([]);
    // Once is enough: by now, a duplicate or forgotten resource is in the state or in the database.
    if (round === rounds - 1) {
      const unchanged = await local(directory, "pulumi", "preview", "-s", stack, "--expect-no-changes");
      expect(unchanged.exitCode, unchanged.all).toBe(0);
    }

    const down = await local(directory, "down");
    expect(down.exitCode, down.all).toBe(0);
    await expectNoProcesses(directory);
  },
);

/**
 * Runs a start and kills the victim once it has run for this long, unless the start ends before. Returns whether a victim was
 * found: each kind runs for seconds, much longer than the time between two checks.
 */
async function killedRun(options: {
  readonly directory: string;
  readonly start: readonly string[];
  readonly victim: Victim;
  readonly milliseconds: number;
}): Promise<boolean> {
  const { directory, start, victim, milliseconds } = options;
  // An earlier killed run may have left a process of the same kind.
  const earlier = new Set(leftoverProcesses(directory).map(({ pid }) => pid));
  const run = local(directory, ...start);
  let ended = false;
  let isFound = false;
  void run.finally(() => {
    ended = true;
  });
  while (!ended) {
    const found = leftoverProcesses(directory).filter(
      ({ pid, command }) => !earlier.has(pid) && victim.is(command),
    );
    if (found.length > 0) {
      isFound = true;
      await Promise.race([wait(milliseconds), run]);
      for (const { pid } of found) killIfThere(pid);
      break;
    }
    await wait(20);
  }
  await run;
  return isFound;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Reads the backend's state file, which `pulumi stack export` would print. */
async function deployedState(
  directory: string,
  stack: string,
): Promise<{ pending_operations?: unknown[]; resources: { urn: string; type: string }[] }> {
  const text = await readFile(stateFileOf(path.join(directory, "state"), stack), "utf8");
  return JSON.parse(text).checkpoint.latest;
}

/** Returns the resources in the services of an environment, read from the services and not from the state. */
async function servicesOf(directory: string) {
  const { stdout } = await local(directory, "env");
  const variable = (name: string) => {
    const value = new RegExp(`^export ${name}=(.+)$`, "m").exec(stdout)?.[1];
    if (value === undefined) throw new Error(`no ${name} in ${stdout}`);
    return value.replace(/^'(.*)'$/, "$1");
  };
  const kms = new KMSClient({
    region: variable("AWS_REGION"),
    endpoint: variable("AWS_ENDPOINT_URL"),
    credentials: {
      accessKeyId: variable("AWS_ACCESS_KEY_ID"),
      secretAccessKey: variable("AWS_SECRET_ACCESS_KEY"),
    },
  });
  const api = new ManagementApi({
    endpoint: variable("SUPABASE_API_ENDPOINT"),
    accessToken: variable("SUPABASE_ACCESS_TOKEN"),
    client: "killed-runs",
  });
  const projects = async () => (await api.call("GET", "/projects")).json as { id: string }[];
  return {
    projects,
    keys: async () => (await kms.send(new ListKeysCommand({}))).Keys ?? [],
    async duplicatedMigrations() {
      const query =
        "select name, count(*) from supabase_migrations.schema_migrations group by name having count(*) > 1";
      const [project] = await projects();
      return await api.expect("POST", `/projects/${project?.id}/database/query`, {
        status: 201,
        doing: "query",
        body: { query },
      });
    },
  };
}
