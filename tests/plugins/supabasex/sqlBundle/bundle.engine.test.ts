import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type pg from "pg";
import { afterEach, beforeAll, expect, test } from "vitest";
import {
  fingerprint,
  managedPart,
  readCatalog,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { type BundleStack, createBundleStack } from "../../../support/bundleStack";
import { startTestCluster, type TestCluster } from "../../../support/cluster";
import { seededRandom } from "../../../support/random";
import { thirtyFiles } from "./thirtyFiles";

// One bundle of thirty files on the real engine: two stacks on one database, a killed provider, and secrets.
let sql: string;
const removables: { remove(): Promise<void> }[] = [];

beforeAll(async () => {
  sql = await mkdtemp(path.join(os.tmpdir(), "thorbis-thirty-"));
  for (const [name, text] of Object.entries(thirtyFiles)) {
    await mkdir(path.dirname(path.join(sql, name)), { recursive: true });
    await writeFile(path.join(sql, name), text.replaceAll("$s", "shop"));
  }
  return () => rm(sql, { recursive: true, force: true });
});

afterEach(async () => {
  for (const removable of removables.splice(0).reverse()) await removable.remove();
});

async function database(): Promise<TestCluster> {
  const cluster = await startTestCluster();
  removables.push(cluster);
  return cluster;
}

async function stackOn(cluster: TestCluster): Promise<BundleStack> {
  const stack = await createBundleStack({ databaseUrl: cluster.url(), sql });
  removables.push(stack);
  return stack;
}

const up = ["up", "--yes", "--skip-preview"];

/** Makes a file wait, each time that it runs, while the test holds the gate, so that other things can happen meanwhile. */
const waitAtGate =
  "do $$ begin while not pg_try_advisory_xact_lock(4711) loop perform pg_sleep(0.02); end loop; end $$;\n";
const gateMigration = "migrations/20260100000000_gate.sql";

class Gate {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async close(cluster: TestCluster): Promise<Gate> {
    const client = await cluster.client();
    await client.query("select pg_advisory_lock(4711)");
    return new Gate(client);
  }

  async open(): Promise<void> {
    await this.#client.query("select pg_advisory_unlock(4711)");
  }

  /** Resolves when a deployment waits at the gate. */
  async reached(): Promise<void> {
    await this.#until(
      // Nothing else sleeps in the server. If the file is long, the query text is truncated before the gate.
      "select from pg_stat_activity where wait_event = 'PgSleep' and state = 'active'",
    );
  }

  /** Resolves when another deployment has requested the bundle's lock, which the one at the gate holds. */
  async queued(): Promise<void> {
    await this.reached();
    await this.#until(
      `select from pg_stat_activity a
       where query ~ '^select pg_try_advisory_lock|from pg_locks l left' and state = 'idle'
         -- The one at the gate has requested it too, and holds it.
         and not exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted)`,
    );
  }

  async #until(query: string): Promise<void> {
    const rows = async () => (await this.#client.query(query)).rowCount;
    await expect.poll(rows, { timeout: 120_000, interval: 20 }).toBe(1);
  }
}

async function versions(cluster: TestCluster): Promise<string[]> {
  const { rows } = await (await cluster.client()).query<{ version: string }>(
    "select version from supabase_migrations.schema_migrations order by version",
  );
  return rows.map(({ version }) => version);
}

const allVersions = Object.keys(thirtyFiles).flatMap((name) => /\d{14}/.exec(name) ?? []);

/** The files that can contain a gate, which is a `do` block and therefore runs in a transaction. */
const gateable = Object.keys(thirtyFiles).filter(
  (name) => !thirtyFiles[name]?.startsWith("-- no transaction"),
);

async function catalogOf(cluster: TestCluster): Promise<string> {
  const catalog = await readCatalog(await cluster.client());
  return fingerprint(managedPart({ "schema shop": {} }, catalog));
}

test("two concurrent stacks with different backends on one database: one waits, then changes nothing", async () => {
  const cluster = await database();
  const [one, other] = [await stackOn(cluster), await stackOn(cluster)];
  for (const stack of [one, other]) await writeFile(path.join(stack.sql, gateMigration), waitAtGate);
  const gate = await Gate.close(cluster);

  const running = Promise.all([one.pulumi(...up), other.pulumi(...up)]);
  await gate.queued();
  await gate.open();
  const results = await running;

  const outputs = results.map(({ output }) => output);
  expect(
    results.map(({ exitCode }) => exitCode),
    outputs.join("\n"),
  ).toEqual([0, 0]);
  expect(outputs.filter((text) => text.includes("    Applied:"))).toHaveLength(1);
  expect(outputs.filter((text) => text.includes("waiting for another deploy"))).toHaveLength(1);
  expect(await versions(cluster)).toEqual(["20260100000000", ...allVersions]);
  expect(await one.drift()).toMatchObject({ exitCode: 0, paths: [] });
  expect(await other.drift()).toMatchObject({ exitCode: 0, paths: [] });
});

test("two concurrent ups of one stack: the engine's lock refuses the second, and nothing is applied twice", async () => {
  const cluster = await database();
  const stack = await stackOn(cluster);
  await writeFile(path.join(stack.sql, gateMigration), waitAtGate);
  const gate = await Gate.close(cluster);

  const first = stack.pulumi(...up);
  await gate.reached();
  const second = await stack.pulumi(...up);
  await gate.open();

  expect(second.exitCode).not.toBe(0);
  expect(second.output).toContain("the stack is currently locked by 1 lock(s)");
  expect(await first).toMatchObject({ exitCode: 0 });
  expect(await versions(cluster)).toEqual(["20260100000000", ...allVersions]);
});

test("the state of a deployed stack contains the password only encrypted, in every form", async () => {
  const password = 'pass"wörd/+&4711';
  const cluster = await database();
  const url = new URL(cluster.url());
  url.password = password;
  await (await cluster.client("supabase_admin")).query(`alter role postgres password '${password}'`);
  const stack = await createBundleStack({ databaseUrl: url.href, sql });
  removables.push(stack);
  const printed = await stack.pulumi(...up, "--diff");
  expect(printed.exitCode, printed.output).toBe(0);

  const exported = (await stack.pulumi("stack", "export")).stdout;
  const revealed = (await stack.pulumi("stack", "export", "--show-secrets")).stdout;

  const base64 = Buffer.from(password).toString("base64").replace(/=+$/, "");
  const escaped = JSON.stringify(password).slice(1, -1);
  for (const form of [password, escaped, encodeURIComponent(password), base64, "wörd", "w\\u00f6rd"]) {
    expect(exported).not.toContain(form);
    expect(printed.output).not.toContain(form);
  }
  // As a control: the same search finds it after decryption.
  expect(revealed).toContain("wörd");
});

test("after the provider is killed in seeded files, the next up leaves the same result as without a kill", async () => {
  const seed = Number(process.env.SEED ?? 20261122);
  // kill.database.test.ts kills it at seeded moments, without the engine; `npm run soak` sets SOAK_ROUNDS.
  const rounds = Number(process.env.SOAK_ROUNDS ?? 3);
  const random = seededRandom(seed);
  const undisturbed = await database();
  expect(await (await stackOn(undisturbed)).pulumi(...up)).toMatchObject({ exitCode: 0 });
  const wanted = await catalogOf(undisturbed);

  for (let round = 0; round < rounds; round += 1) {
    const cluster = await database();
    const stack = await stackOn(cluster);
    const file = path.join(stack.sql, gateable[Math.floor(random() * gateable.length)] ?? "");
    await appendFile(file, waitAtGate);
    const gate = await Gate.close(cluster);

    const killed = await stack.pulumiWithKill(up, () => gate.reached());
    await gate.open();
    const next = await stack.pulumi(...up);

    const moment = `SEED=${seed}, round ${round}, ${path.basename(file)}`;
    expect(killed.exitCode, moment).not.toBe(0);
    expect(next.exitCode, `${moment}\n${next.output}`).toBe(0);
    expect(await versions(cluster), moment).toEqual(allVersions);
    expect(await catalogOf(cluster), moment).toBe(wanted);
    expect(await stack.drift(), moment).toMatchObject({ exitCode: 0, paths: [] });
  }
});
