import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type pg from "pg";
import { beforeAll, expect, test } from "vitest";
import { type BundleStack, createBundleStack } from "../../../support/bundleStack";
import { startTestCluster, type TestCluster } from "../../../support/cluster";

// The exact output of the Pulumi CLI with --diff about manual changes, renames and removed files.
// The tests depend on each other: each continues from the state of the previous one.
let cluster: TestCluster;
let hand: pg.Client;
let stack: BundleStack;

const files = {
  "migrations/20260101000000_shop.sql": `create schema shop;
create table shop.customers (id bigint primary key, name text, points integer not null default 0);
alter table shop.customers enable row level security;
`,
  "repeatable/names.sql": "create or replace view shop.names as select id, name from shop.customers;\n",
  "repeatable/rich.sql":
    "create or replace view shop.rich as select id from shop.customers where points > 5;\n",
};

beforeAll(async () => {
  cluster = await startTestCluster();
  hand = await cluster.client();
  const sql = await mkdtemp(path.join(os.tmpdir(), "thorbis-screens-"));
  await write(sql, files);
  stack = await createBundleStack({ databaseUrl: cluster.url(), sql });
  await rm(sql, { recursive: true });
  await up(0);
  return async () => {
    await stack.remove();
    await cluster.remove();
  };
});

async function write(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

async function up(exitCode: number): Promise<void> {
  const result = await stack.pulumi("up", "--yes", "--skip-preview");
  expect(result.exitCode, result.output).toBe(exitCode);
}

/** Lines with addresses, of the program, and of progress, which the engine may omit. */
const passing = [
  /^(@ | +\[(urn|id|provider)=)/,
  /pulumi:pulumi:Stack/,
  /^Previewing/,
  /^sql\/\S+ \((new|changed)\)$/,
];

/** Returns the output of a command without addresses, progress and summary. */
async function screen(...args: string[]): Promise<string> {
  const { output, exitCode } = await stack.pulumi(...args);
  expect(exitCode, output).toBe(0);
  const [printed = ""] = output.split("\nResources:\n");
  return printed
    .split("\n")
    .filter((line) => line !== "" && !passing.some((kind) => kind.test(line)))
    .join("\n");
}

test("a rogue policy and function on first report: what they allow, and that they are kept", async () => {
  await hand.query(`create policy rogue on shop.customers for select to anon using (true);
    create function shop.extra() returns int language sql as 'select 1'`);

  expect(await screen("preview", "--diff")).toMatchInlineSnapshot(`
    "warning: Changed outside of the stack:
      opens    function shop.extra(): not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, + execute to public
      opens    policy shop.customers rogue: not made by the bundle: permissive for select to anon using (true)
        ~ supabasex:index:SqlBundle: (refresh)
            --outputs:--
          ~ live         : {
              + function shop.extra()      : "not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, ..."
              + policy shop.customers rogue: "not made by the bundle: permissive for select to anon using (true) [opens]"
            }
        ~ supabasex:index:SqlBundle: (update)
          ~ live: {
              ~ function shop.extra()      : "not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, + execute to public [opens]" => "left as it is; with sql.prune: drop: drop function shop.extra()"
              ~ policy shop.customers rogue: "not made by the bundle: permissive for select to anon using (true) [opens]" => "left as it is; with sql.prune: drop: drop policy rogue on shop.customers"
            }
    warning: Drift that a deployment leaves or cannot repair:
      function shop.extra(): not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, + execute to public [opens]
        left as it is; with sql.prune: drop: drop function shop.extra()
      policy shop.customers rogue: not made by the bundle: permissive for select to anon using (true) [opens]
        left as it is; with sql.prune: drop: drop policy rogue on shop.customers"
  `);
});

/** The remaining differences are reported, and nothing else. */
const leftDrift = `\
warning: Changed outside of the stack:
  opens    function shop.extra(): not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, + execute to public
  opens    policy shop.customers rogue: not made by the bundle: permissive for select to anon using (true)
    ~ supabasex:index:SqlBundle: (update)
      ~ live: {
          + function shop.extra()      : "not made by the bundle: owner postgres, language sql, returns integer, body not kept, sha256 822ae07d4783158b, security invoker, volatility volatile, + execute to public [opens]"
          + policy shop.customers rogue: "not made by the bundle: permissive for select to anon using (true) [opens]"
        }`;

test("a refresh after an up that kept them reports both and nothing else", async () => {
  await up(0);

  expect(await screen("refresh", "--preview-only", "--diff")).toBe(leftDrift);
});

test("a refresh after a failed up reports the same", async () => {
  const migration = path.join(stack.sql, "migrations/20260102000000_next.sql");
  await writeFile(migration, "create table shop.orders ();\nselect nothing;\n");
  await up(1);
  await rm(migration);

  expect(await screen("refresh", "--preview-only", "--diff")).toBe(leftDrift);
});

test("a manually renamed table and column: two changed names, with the statements", async () => {
  await hand.query("drop policy rogue on shop.customers; drop function shop.extra()");
  await up(0);
  await hand.query(`alter table shop.customers rename column points to score;
    alter table shop.customers rename to clients`);

  expect(await screen("preview", "--diff")).toMatchInlineSnapshot(`
    "warning: Changed outside of the stack:
      changes  column shop.customers points, name: points → score
      changes  table shop.customers, name: shop.customers → shop.clients
        ~ supabasex:index:SqlBundle: (refresh)
            --outputs:--
          ~ live         : {
              + column shop.customers points: {
                  + name: "points → score [changes]"
                }
              + table shop.customers        : {
                  + name: "shop.customers → shop.clients [changes]"
                }
            }
        ~ supabasex:index:SqlBundle: (update)
          ~ live: {
              ~ column shop.customers points: {
                  ~ name: "points → score [changes]" => "alter table shop.customers rename column score to points"
                }
              ~ table shop.customers        : {
                  ~ name: "shop.customers → shop.clients [changes]" => "alter table shop.clients rename to customers"
                }
            }
    Drift would be repaired:
      column shop.customers points: name points → score [changes]
        alter table shop.customers rename column score to points
      table shop.customers: name shop.customers → shop.clients [changes]
        alter table shop.clients rename to customers"
  `);
  await up(0);
});

test("a dry run lists a file that renames and a removed file", async () => {
  await rm(path.join(stack.sql, "repeatable/rich.sql"));
  await write(stack.sql, {
    "migrations/20260103000000_rename.sql": `alter table shop.customers rename column points to score;
alter table shop.customers rename to clients;
`,
    "repeatable/names.sql": "create or replace view shop.names as select id, name from shop.clients;\n",
  });
  stack.configure({ dryRun: "live" });

  const printed = await screen("preview", "--diff");
  const [changes, blocked] = printed.split(/\n\s*What the deployment would block:\n/);

  expect(blocked).toContain("client-break shop.customers (sql/migrations/20260103000000_rename.sql:1)");
  expect(changes).toMatchInlineSnapshot(`
    "    ~ supabasex:index:SqlBundle: (update)
          ~ files: {
              + migrations/20260103000000_rename.sql: "c8ebe7d5164d3c376387ac58a2bebd424440cf40cce58e62c9adf28deb318171"
              ~ repeatable/names.sql                : "37791005fcbae3d4a0b1d7709c22a186fe0d52e34c9e707750bf8ad149082cfa" => "5c025d2ea712e78a6c5bc79dd517533791197cce347a465acab379117a043b83"
              - repeatable/rich.sql                 : "618a7260eb58d6895af402570993a64dda481126d25c0f5f65056f2ece511bc3"
            }
    3 files would run (dry run: executed and rolled back):
      sql/migrations/20260103000000_rename.sql  new
      sql/repeatable/names.sql                  changed
      sql/repeatable/rich.sql                   removed
    The catalog would change:
      ~ column shop.customers points
          name: points → score
      ~ table shop.customers
          name: shop.customers → shop.clients
      - view shop.rich"
  `);
});
