import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import {
  postureDigests,
  printPostureDigests,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";
import {
  readPostureRecord,
  recordPosture,
} from "../../../../plugins/supabasex/provider/sqlBundle/history/postureRecord";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases } from "./support";

// How the baseline is recorded, kept and extended. All tests use one database, and leave it without drift.
const databases = new Databases();
let admin: pg.Client;
let bundle: BundleUnderTest;

const files = {
  "migrations/20260101000000_tables.sql":
    "create schema $s; create table $s.notes (id bigint primary key); alter table $s.notes enable row level security;\n",
};

beforeAll(async () => {
  await databases.start();
  admin = await databases.cluster.client("supabase_admin");
  await admin.query("create table public.legacy (id bigint); grant select on public.legacy to anon");
  bundle = await databases.bundle(files, { watch: "database" });
  await bundle.up();
});
afterAll(() => databases.stop());

/** Returns the entries of `sql.accept` that the last refresh or deployment printed. */
function entries(): string[] {
  const printed = JSON.stringify(bundle.state?.inputs.live ?? {}).matchAll(/sql\.accept: ([^"]+? @ [\w-]+)/g);
  return [...new Set([...printed].map(([, entry = ""]) => entry.replaceAll("\\", "")))];
}

test("the first deployment records the existing objects as the baseline, and says so", async () => {
  expect(bundle.logs.join("\n")).toMatch(/From now on, refresh compares access .*: \d+ objects\./);
  expect(await bundle.refresh()).toEqual([]);
});

test("changes of a file outside of its own schemas belong to the baseline; manual changes do not", async () => {
  await admin.query("create role rogue login bypassrls");
  bundle.write({
    "migrations/20260102000000_open.sql":
      "create function public.greet() returns text language sql as $$ select 'hello' $$; alter role authenticator set pgrst.db_max_rows = '100';\n",
  });

  await bundle.up();

  expect(await bundle.refresh()).toEqual(['live["role rogue"]']);
  await admin.query("drop role rogue");
  expect(await bundle.refresh()).toEqual([]);
});

test("a change stays reported after deployments until it is accepted by name, and its entry accepts nothing else", async () => {
  await admin.query("create role auditor login");
  expect(await bundle.refresh()).toEqual(['live["role auditor"]']);
  await bundle.up();
  expect(await bundle.refresh()).toEqual(['live["role auditor"]']);
  const [entry = ""] = entries();
  expect(entry).toMatch(/^role auditor @ [0-9a-f]{16}$/);

  bundle.inputs = { ...bundle.inputs, accept: [entry] };
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);

  await admin.query("alter role auditor bypassrls");
  await bundle.up();
  expect(await bundle.refresh()).toEqual(['live["role auditor"].bypassRls']);
  await admin.query("drop role auditor");
  expect(await bundle.refresh()).toEqual(['live["role auditor"]']);
  bundle.inputs = { watch: "database", accept: entries() };
  await bundle.up();
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);
});

test("code whose text is not shown is accepted with the entry that a refresh prints", async () => {
  await admin.query(
    "create function public.report() returns text language sql as $$ select 'token-of-somebody' $$",
  );
  expect(await bundle.refresh()).toEqual(['live["function public.report()"]']);
  expect(JSON.stringify(bundle.state)).not.toContain("token-of-somebody");

  bundle.inputs = { watch: "database", accept: entries() };
  await bundle.up();
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);
});

test("a preview without a dry run reads it again and lists unaccepted changes", async () => {
  await admin.query("create role ghost login");
  const previewed = async () => {
    bundle.logs = [];
    await bundle.preview();
    return bundle.logs.join("\n");
  };

  const printed = await previewed();
  expect(printed).toMatch(
    /role ghost: not made by the bundle.* \[opens\]\n {4}left as it is; to revert it: drop role ghost; to accept it: sql\.accept: role ghost @ [0-9a-f]{16}/,
  );
  bundle.inputs = { watch: "database", accept: [/role ghost @ [0-9a-f]{16}/.exec(printed)?.[0] ?? ""] };
  expect(await previewed()).not.toContain("role ghost");
  bundle.inputs = { watch: "database" };
  await admin.query("drop role ghost");
});

test("a platform upgrade is reported as such, and accepted as a whole by its name", async () => {
  await admin.query(`insert into auth.schema_migrations values ('99990101000000');
    create table auth.passkeys (id uuid); alter function auth.role() set search_path = '';
    alter table auth.users add column passkey uuid`);
  const paths = [
    'live["function auth.role()"].settings',
    'live["platform"].auth',
    'live["table auth.passkeys"]',
    'live["table auth.users"].columnTypes',
  ];
  expect((await bundle.refresh()).sort()).toEqual(paths);
  const names = entries();
  expect(names).toEqual([expect.stringMatching(/^platform upgrade auth @ [0-9a-f]{16}$/)]);

  bundle.logs = [];
  await bundle.up();
  expect(bundle.logs.join("\n")).toContain("The platform migrated its auth schema since the last deployment");
  expect((await bundle.refresh()).sort()).toEqual(paths);

  bundle.inputs = { watch: "database", accept: names };
  await bundle.up();
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);
});

test("with prune: drop, an up reverts changes that hold neither data nor code, and names the rest", async () => {
  await admin.query(`alter role authenticated bypassrls; grant service_role to authenticated;
    create policy open on storage.buckets for select to anon using (true);
    grant update on public.legacy to anon; alter role anon set statement_timeout = 0;
    create view public.everything as select * from public.legacy`);
  bundle.inputs = { watch: "database", prune: "drop" };
  bundle.logs = [];

  await bundle.up();

  const left = await bundle.refresh();
  expect(left).toContain('live["view public.everything"]');
  // The deploying role may revert both, here as on a hosted project.
  expect(left).not.toContain('live["policy storage.buckets open"]');
  expect(left).not.toContain('live["role settings anon"].statement_timeout');
  expect(bundle.logs.join("\n")).toContain("extra    view public.everything: drop view public.everything");
  await admin.query(`alter role authenticated nobypassrls; revoke service_role from authenticated;
    revoke update on public.legacy from anon; drop view public.everything`);
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);
});

test("an edit of the record is detected too, because the state contains its digest", async () => {
  await admin.query("grant select on auth.users to anon");
  await admin.query(
    `update supabase_migrations.bundle_postures set posture = jsonb_set(posture, '{table auth.users,grants,anon}', '["select"]')`,
  );

  expect(await bundle.refresh()).toEqual(['live["access to schema auth"]']);
  const names = entries();
  await admin.query("revoke select on auth.users from anon");
  expect(await bundle.refresh()).toEqual([]);
  expect(names).toEqual([expect.stringMatching(/^access to schema auth @ /)]);
});

test("roles and extensions of the stack are not reported; later changes to them are", async () => {
  await admin.query("create role worker login connection limit 5; create extension citext schema extensions");
  bundle.inputs = { watch: "database", declared: { roles: ["worker"], extensions: ["citext"] } };
  expect((await bundle.refresh()).sort()).toEqual(['live["extension citext"]', 'live["role worker"]']);
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);

  await admin.query("grant worker to authenticated; alter role worker set search_path = public");
  await bundle.up();
  expect((await bundle.refresh()).sort()).toEqual([
    'live["membership authenticated in worker"]',
    'live["role settings worker"]',
  ]);
  await admin.query("drop role worker; drop extension citext");
  bundle.inputs = { watch: "database", declared: { roles: [], extensions: [] } };
  await bundle.up();
  expect(await bundle.refresh()).toEqual([]);
});

test("a function that PUBLIC may not execute may go with an update, also across deployments; if it returns without that, it is reported", async () => {
  const withhold = "revoke execute on function extensions.g_cube_compress(internal) from public";
  await admin.query(`create extension cube schema extensions version '1.3'; ${withhold}`);
  await bundle.refresh();
  bundle.inputs = { watch: "database", accept: entries() };
  await bundle.up();
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);

  await admin.query("alter extension cube update to '1.4'");
  bundle.write({ "migrations/20260103000000_next.sql": "create table $s.next (id bigint primary key);\n" });
  bundle.logs = [];
  await bundle.preview();
  await bundle.up();
  expect(bundle.logs.join("\n")).not.toContain("g_cube_compress");
  expect(bundle.state?.outputs.live).toEqual({});
  expect(await bundle.refresh()).toEqual([]);

  await admin.query("drop extension cube; create extension cube schema extensions version '1.3'");
  expect(await bundle.refresh()).toEqual([
    'live["withheld privilege execute on function extensions.g_cube_compress(internal) from public"]',
  ]);
  bundle.logs = [];
  await bundle.preview();
  expect(bundle.logs.join("\n")).toContain(withhold);

  await admin.query(withhold);
  expect(await bundle.refresh()).toEqual([]);
});

test("a state without a baseline gets one with the next up", async () => {
  const state = bundle.state;
  if (state === undefined) throw new Error("there is no state");
  const { access: _, ...outputs } = state.outputs;
  const { watch: __, ...inputs } = state.inputs;
  bundle.state = { inputs, outputs };

  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(true);
  expect(await bundle.refresh()).toEqual([]);
});

test("with sql.watch: bundle, only the bundle is compared", async () => {
  await admin.query("create role elsewhere login bypassrls");
  bundle.inputs = { watch: "bundle" };
  await bundle.up();
  await bundle.update();
  expect(await bundle.refresh()).toEqual([]);
  await admin.query("drop role elsewhere");
});

test("normal activity of a live project is not reported", async () => {
  bundle.inputs = { watch: "database" };
  await bundle.up();
  await bundle.up();
  for (let day = 0; day < 5; day += 1) {
    await admin.query(
      `insert into auth.users (id, aud, role, email) values (gen_random_uuid(), 'authenticated', 'authenticated', 'user${day}@example.com')`,
    );
    await admin.query(`do $$
      declare day date := current_date + 10 + ${day}; name text := to_char(day, '"messages_"YYYY_MM_DD');
      begin
        execute format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)', name, day, day + 1);
        execute format('alter table realtime.%I owner to supabase_realtime_admin', name);
        execute format('alter table realtime.%I enable row level security', name);
        execute format('grant select, insert on realtime.%I to anon, authenticated', name);
      end $$`);
    await admin.query("create temporary table scratch (id int)");
    await admin.query("analyze; drop table pg_temp.scratch");
    await admin.query("create schema if not exists team; create table if not exists team.notes (id int)");
    await admin.query(`grant select on team.notes to service_role; notify pgrst, 'reload schema'`);
    expect(await bundle.refresh()).toEqual([]);
  }
});

test("a baseline of an older version hides no change, reports nothing new, and covers more after the next up", async () => {
  const options = (list: string) => admin.query(`alter foreign data wrapper partners options (${list})`);
  await admin.query("create foreign data wrapper partners options (debug 'a')");
  bundle.inputs = { watch: "database" };
  await bundle.refresh();
  bundle.inputs = { watch: "database", accept: entries() };
  await bundle.up();
  bundle.inputs = { watch: "database" };
  expect(await bundle.refresh()).toEqual([]);
  // As version 2 recorded it, in this respect. postureUpgrade.database.test.ts has a whole record.
  const recorded: Catalog = (await readPostureRecord(admin, bundle.schema))?.posture ?? {};
  const { "foreign-data wrapper partners": wrapper, ...covered } = recorded;
  const older: Catalog = { ...covered, server: { ...covered.server, posture: 2 } };
  await recordPosture(admin, bundle.schema, older);
  const state = bundle.state ?? { inputs: {}, outputs: {} };
  const access = printPostureDigests(postureDigests(older));
  const { accessVersion: _, ...outputs } = state.outputs;
  bundle.state = { ...state, outputs: { ...outputs, access } };

  expect(wrapper).toBeDefined();
  expect(await bundle.refresh()).toEqual([]);
  await admin.query("create role intruder login");
  await options("set debug 'b'");
  expect(await bundle.refresh()).toEqual(['live["role intruder"]']);
  bundle.write({ "repeatable/later.sql": "create or replace view $s.later as select 1 as one;\n" });
  await bundle.up();
  expect(await bundle.refresh()).toEqual(['live["role intruder"]']);
  await options("set debug 'c'");
  expect((await bundle.refresh()).sort()).toEqual([
    'live["foreign-data wrapper partners"].options',
    'live["role intruder"]',
  ]);

  await options("set debug 'b'");
  await admin.query("drop role intruder");
  expect(await bundle.refresh()).toEqual([]);
});
