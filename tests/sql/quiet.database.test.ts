import { rmSync } from "node:fs";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBundleFiles } from "../../plugins/supabasex/sdk/readBundleFiles";
import { BundleUnderTest } from "../plugins/supabasex/sqlBundle/bundleUnderTest";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { seededRandom } from "../support/random";
import { member } from "./support/actors";
import { sqlDirectory } from "./support/applyBundle";
import { createExtensions, createRoles } from "./support/roles";
import { seedWorld, tenantId } from "./support/world";

// A deployed database in ordinary use never reports anything, because people ignore alarms after false ones.
// `npm run soak` plays 50 rounds.
const rounds = Number(process.env.QUIET_ROUNDS ?? 4);
const seed = Number(process.env.SEED ?? 20_261_129);

let cluster: TestCluster;
let postgres: pg.Client;
let platform: pg.Client;
let bundle: BundleUnderTest;

beforeAll(async () => {
  cluster = await startTestCluster();
  postgres = await cluster.client("postgres");
  platform = await cluster.client("supabase_admin");
  await createRoles(postgres);
  await createExtensions(postgres);
  // The platform updates it in one of the rounds.
  await platform.query("create extension hstore with schema extensions version '1.6'");
  bundle = new BundleUnderTest("thorbis", cluster.url("postgres"), postgres);
  bundle.inputs = { directory: sqlDirectory, files: readBundleFiles(sqlDirectory) };
  await bundle.up();
  await seedWorld(postgres);
});

afterAll(async () => {
  rmSync(bundle.directory, { recursive: true });
  await cluster.remove();
});

/** Runs statements as a signed-in member of tenant a. */
async function asMember(...statements: string[]): Promise<void> {
  await postgres.query("begin");
  await postgres.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(member("a", "manager").claims),
  ]);
  await postgres.query("set local role authenticated");
  for (const statement of statements) await postgres.query(statement);
  await postgres.query("commit");
}

/**
 * By how many months the clock of the partitions is ahead. The job runs every day, so that it misses no month; a clock that is
 * ahead by the retention of metrics would drop this month's.
 */
let monthsAhead = 0;
const maxMonthsAhead = 10;

type Event = (round: number) => Promise<unknown>;

/** Events in a database that people use, by name. */
const events: Readonly<Record<string, Event>> = {
  "a user signs up and joins a tenant": async (round) => {
    await platform.query("insert into auth.users (id, email) values (gen_random_uuid(), $1)", [
      `person${round}@example.com`,
    ]);
    await postgres.query(
      `insert into shared.users (id, tenant_id, email, role)
       select id, $2, email, 'user' from auth.users where email = $1`,
      [`person${round}@example.com`, tenantId("a")],
    );
  },
  "a user signs in without a name": async () =>
    await platform.query("insert into auth.users (id, is_anonymous) values (gen_random_uuid(), true)"),
  "a member works": async (round) =>
    await asMember(
      `insert into shared.customers (tenant_id, first_name, last_name) values ('${tenantId("a")}', 'C', '${round}')`,
      `insert into home_services.work_orders (tenant_id, customer_id, service_type)
       select tenant_id, id, 'repair' from shared.customers where last_name = '${round}' limit 1`,
      "update shared.customers set tags = array['vip']",
      `select from shared.search_customers('${round}')`,
    ),
  "a member is refused": async () => {
    const refused = asMember(
      "insert into shared.tenants (name, industry, subdomain) values ('x', 'retail', 'x')",
    );
    await expect(refused).rejects.toThrow();
    await postgres.query("rollback");
  },
  "every job runs": async () => {
    const { rows } = await postgres.query<{ command: string }>(
      "select command from cron.job order by jobname",
    );
    for (const { command } of rows) await postgres.query(command);
  },
  "a month passes": async () => {
    monthsAhead = Math.min(monthsAhead + 1, maxMonthsAhead);
    await postgres.query("select private.maintain_partitions(now() + make_interval(months => $1))", [
      monthsAhead,
    ]);
  },
  "messages are sent, and a day passes": async (round) => {
    const day = `current_date + ${round + 4}`;
    await postgres.query("select realtime.send('{}', 'event', 'tenant:x', true)");
    const { rows } = await platform.query<{ create: string }>(
      `select format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
         'messages_' || to_char(${day}, 'YYYY_MM_DD'), ${day}, ${day} + 1) as create`,
    );
    await platform.query(`set role supabase_realtime_admin; ${rows[0]?.create}; reset role`);
  },
  "files are uploaded": async (round) =>
    await platform.query("insert into storage.objects (bucket_id, name) values ('documents', $1)", [
      `${tenantId("a")}/${round}.pdf`,
    ]),
  "maintenance runs": async () => {
    await postgres.query("vacuum (analyze) shared.customers");
    await postgres.query("reindex table concurrently shared.customers");
    await platform.query("select pg_stat_reset()");
  },
  "a change is tried and rolled back": async () => {
    await postgres.query("begin");
    await postgres.query("alter table shared.customers disable row level security");
    await postgres.query("create table public.tried (id int)");
    await postgres.query("rollback");
  },
  "the platform updates an extension": async () => await platform.query("alter extension hstore update"),
  "another program keeps a transaction open": async () => {
    await platform.query("begin; select count(*) from shared.customers");
    expect(await bundle.refresh()).toEqual([]);
    await platform.query("commit");
  },
};

test(`${rounds} rounds of ordinary use cause no report, seed ${seed}`, async () => {
  const random = seededRandom(seed);
  await bundle.refresh();

  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(events).filter(() => random() < 0.6);
    for (const name of names) await events[name]?.(round);
    bundle.logs = [];

    const changed = await bundle.refresh();

    expect({ round, names, changed, logs: bundle.logs }).toEqual({ round, names, changed: [], logs: [] });
  }
}, 600_000);

test("control: afterwards, a dropped policy is reported", async () => {
  await postgres.query("drop policy tenant_isolation on shared.customers");

  expect(await bundle.refresh()).toContain('live["policy shared.customers tenant_isolation"]');
});
