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

const keyType = "aws:kms/key:Key";

// `npm test` runs six of them, one for each victim; `npm run soak` sets SOAK_ROUNDS.
const rounds = Number(process.env.SOAK_ROUNDS ?? 6);
const seed = Number(process.env.SEED ?? 20261122);

/** What is killed, and how its processes are told from the others of one environment. */
interface Victim {
  readonly name: string;
  readonly is: (command: string) => boolean;
  /** The environment whose local copy is deployed. Default: the stack `local`. */
  readonly like?: "prod";
}

const victims: readonly Victim[] = [
  { name: "npm start", is: (command) => command.includes("local/run.mjs start") },
  { name: "the Pulumi CLI", is: (command) => /(^|\/)pulumi (up|stack|refresh)\b/.test(command) },
  // prod has what no other environment has, such as a key for its bucket; keys have no names that could clash.
  { name: "the aws provider", is: (command) => command.includes("providers/aws.cjs"), like: "prod" },
  { name: "the supabase provider", is: (command) => command.includes("providers/terraform-provider.cjs") },
  { name: "the SqlBundle provider", is: (command) => command.includes("pulumi-resource-supabasex") },
  { name: "the postgresql provider", is: (command) => command.includes("providers/postgresql.cjs") },
];

/** Who is killed in which of ten rounds: each once, then the four that leave the most behind a second time. */
const order = [0, 1, 2, 3, 4, 5, 1, 2, 3, 4];

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
  const victim = victims[order[round % order.length] ?? 0] as Victim;
  return { round, victim, name: victim.name, milliseconds: Math.floor(random() * 2500) };
});

test.each(cases)(
  `round $round: $name killed $milliseconds ms into its life (SEED=${seed})`,
  async ({ round, victim, milliseconds }) => {
    const directory = path.join(base, `round ${round}`);
    const stack = victim.like === undefined ? "local" : `like-${victim.like}`;
    const start = ["start", ...(victim.like === undefined ? [] : ["--like", victim.like])];
    const cutOff = local(directory, ...start);
    await killWhenOldEnough(directory, victim, milliseconds, cutOff);
    await cutOff;

    const next = await local(directory, ...start);

    expect(next.exitCode, next.all).toBe(0);
    const { pending_operations: pending, resources } = await deployedState(directory, stack);
    expect(pending ?? []).toEqual([]);
    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    const services = await servicesOf(directory);
    // One that was made a second time is not in the state, and nobody would ever remove it.
    expect(await services.projects()).toHaveLength(1);
    expect(await services.keys()).toHaveLength(resources.filter(({ type }) => type === keyType).length);
    expect(await services.duplicatedMigrations()).toEqual([]);
    // Once is enough: whatever has been made twice or forgotten is in the state or in the database by now.
    if (round === rounds - 1) {
      const unchanged = await local(directory, "pulumi", "preview", "-s", stack, "--expect-no-changes");
      expect(unchanged.exitCode, unchanged.all).toBe(0);
    }

    const down = await local(directory, "down");
    expect(down.exitCode, down.all).toBe(0);
    await expectNoProcesses(directory);
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
    const found = leftoverProcesses(directory).filter(({ command }) => victim.is(command));
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
  stack: string,
): Promise<{ pending_operations?: unknown[]; resources: { urn: string; type: string }[] }> {
  const text = await readFile(stateFileOf(path.join(directory, "state"), stack), "utf8");
  return JSON.parse(text).checkpoint.latest;
}

/** What the services of an environment hold, asked of them and not of the state. */
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
      return await api.expect(201, "query", "POST", `/projects/${project?.id}/database/query`, {
        body: { query },
      });
    },
  };
}
