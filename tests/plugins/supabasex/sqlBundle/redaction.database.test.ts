import { afterAll, beforeAll, expect, test } from "vitest";
import { reveal, Secret } from "../../../../plugins/provider-host/values";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases } from "./support";

const databases = new Databases();
beforeAll(async () => {
  await databases.start();
  await (await databases.cluster.client()).query("create extension pg_cron");
  const superuser = await databases.cluster.client("supabase_admin");
  // Without a handler and a validator, a wrapper accepts any options.
  await superuser.query(
    "create foreign data wrapper plain; create server plain foreign data wrapper plain; grant usage on foreign server plain to postgres",
  );
});
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_s.sql":
    "create schema $s;\ncreate table $s.t (id int);\ncomment on table $s.t is 'rows';\ncreate policy own on $s.t using (id = 1);\ncreate foreign table $s.ft (id int options (path '$.id')) server plain options (format 'csv');\n",
  "repeatable/f.sql":
    "create or replace function $s.f() returns text language sql set search_path = '' as $$ select 'from the file' $$;\n",
  "repeatable/job.sql": "select cron.schedule('$s', '0 0 1 1 *', $$ select 'also from the file' $$);\n",
};

const canary = "canary-4711";

/** Returns everything that the engine stores, with secret inputs encrypted as by the engine. */
const stateOf = (bundle: BundleUnderTest) =>
  JSON.stringify(bundle.state, (_key, value) => (value instanceof Secret ? "[secret]" : value));

test.each([
  ["an extra job", `select cron.schedule('$s extra', '0 0 1 1 *', 'select ''${canary}''')`, ""],
  [
    "an extra function",
    `create function $s.g() returns text language sql as $$ select '${canary}' -- ${canary} $$`,
    "",
  ],
  [
    "an extra trigger",
    `create function $s.h() returns trigger language plpgsql as 'begin return new; end';
     create trigger h after insert on $s.t for each row execute function $s.h('${canary}')`,
    "",
  ],
  [
    "an extra policy",
    `create policy p on $s.t for select using (current_setting('app.key', true) = '${canary}')`,
    'live["policy $s.t p"]',
  ],
  [
    "a changed policy",
    `alter policy own on $s.t using (id = 1 or current_setting('app.key', true) = '${canary}')`,
    'live["policy $s.t own"].using',
  ],
  [
    "an option of a foreign table",
    `alter foreign table $s.ft options (add program 'curl -H "Authorization: Bearer ${canary}"')`,
    'live["foreign table $s.ft"].wrapperOptions',
  ],
  [
    "a changed option of a foreign table",
    `alter foreign table $s.ft options (set format '${canary}')`,
    'live["foreign table $s.ft"].wrapperOptions',
  ],
  [
    "an option of a column",
    `alter foreign table $s.ft alter column id options (set path '${canary}')`,
    'live["column $s.ft id"].wrapperOptions',
  ],
  [
    "an extra foreign table",
    `create foreign table $s.other (id int options (path '${canary}')) server plain options (url 'https://x?key=${canary}')`,
    "",
  ],
  ["a changed comment", `comment on table $s.t is '${canary}'`, 'live["table $s.t"].comment'],
  [
    "a changed argument",
    `create or replace function $s.f(a text default '${canary}') returns text language sql set search_path = '' as $$ select 'from the file' $$`,
    'live["function $s.f(text)"]',
  ],
  [
    "a changed job",
    `select cron.alter_job(jobid, command => $$ select '${canary}' $$) from cron.job where jobname = '$s'`,
    'live["cron job $s of postgres"].command',
  ],
  [
    "a changed function",
    `create or replace function $s.f() returns text language sql set search_path = '' as $$ select '${canary}' -- ${canary} $$`,
    'live["function $s.f()"].body',
  ],
])("%s is reported, and its text is neither stored nor printed", async (_, change, path) => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  await bundle.up();
  await bundle.sql(change);

  const paths = await bundle.refresh();
  await bundle.preview();

  expect(paths.length).toBeGreaterThan(0);
  if (path !== "") expect(paths).toContain(path.replaceAll("$s", bundle.schema));
  // As a control: the existence of the text is recorded.
  expect(JSON.stringify(bundle.state?.outputs.live)).toMatch(/not kept, sha256 [0-9a-f]{16}/);
  expect(stateOf(bundle)).not.toContain(canary);
  expect(bundle.logs.join("\n")).not.toContain(canary);

  await bundle.up();
  expect(stateOf(bundle)).not.toContain(canary);
  await bundle.sql("select cron.unschedule(jobname) from cron.job where jobname like '% extra'");
});

test("a function's settings of the server are shown, custom ones as a hash", async () => {
  const bundle = await databases.bundle(files, { dryRun: "live" });
  await bundle.up();
  const superuser = await databases.cluster.client("supabase_admin");
  await superuser.query(`alter function ${bundle.schema}.f() set app.key = '${canary}'`);
  await superuser.query(`alter function ${bundle.schema}.f() set search_path = 'public'`);

  expect(await bundle.refresh()).toContain(`live["function ${bundle.schema}.f()"].settings`);

  const live = bundle.state?.outputs.live as Record<string, { settings?: string }>;
  expect(live[`function ${bundle.schema}.f()`]?.settings).toMatch(
    /^\+ app\.key not kept, sha256 [0-9a-f]{16}, search_path "" → public \[opens\]$/,
  );
  expect(stateOf(bundle)).not.toContain(canary);
});

test("the password is in no output and no log", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  const password = "test-password";
  const forms = [
    password,
    encodeURIComponent(password),
    Buffer.from(password).toString("base64").replace(/=+$/, ""),
    JSON.stringify(password).slice(1, -1),
  ];

  const outputs = JSON.stringify(bundle.state?.outputs);
  for (const form of forms) {
    expect(outputs).not.toContain(form);
    expect(bundle.logs.join("\n")).not.toContain(form);
  }
  // As a control: the inputs contain it, as a secret.
  expect(bundle.state?.inputs.connection).toBeInstanceOf(Secret);
  expect(JSON.stringify(reveal(bundle.state?.inputs.connection ?? ""))).toContain(password);
});
