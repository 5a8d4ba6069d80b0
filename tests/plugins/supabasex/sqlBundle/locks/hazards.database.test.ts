import { afterAll, beforeAll, expect, test } from "vitest";
import { hazardsIn, locksIn } from "../../../../../plugins/supabasex/lockMessages";
import type { BundleUnderTest } from "../bundleUnderTest";
import { Databases, failureOf } from "../support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const first = {
  "migrations/20260101000000_t.sql": `create schema $s;
create table $s.orders (id bigint primary key, note varchar(20), customer_id bigint);
create table $s.customers (id bigint primary key);
insert into $s.orders select n, 'x' from generate_series(1, 50) n;
`,
};

/** Deploys a bundle with one more migration. */
async function deployed(text: string, inputs: Record<string, unknown> = {}): Promise<BundleUnderTest> {
  const bundle = await databases.bundle(first, { dryRun: "live", ...inputs });
  await bundle.up();
  bundle.logs = [];
  bundle.write({ "migrations/20260102000000_change.sql": text });
  return bundle;
}

function locksOf(bundle: BundleUnderTest) {
  return messages(bundle, /^\w+: What the deployment /).flatMap((lines) => locksIn(lines));
}

function hazardsOf(bundle: BundleUnderTest) {
  return messages(bundle, /^\w+: Hazards of the migrations:/).flatMap((lines) => hazardsIn(lines));
}

function messages(bundle: BundleUnderTest, title: RegExp): string[][] {
  return bundle.logs.filter((message) => title.test(message)).map((message) => message.split("\n").slice(1));
}

const rewrite = "-- Amounts grow.\nalter table $s.orders alter column note type integer using 1;\n";

test("preview and up report each statement's lock, how long it was held, and the size of the table", async () => {
  const bundle = await deployed(rewrite);
  await bundle.sql("analyze $s.orders");

  await bundle.preview();

  const [lock] = locksOf(bundle);
  expect(lock).toEqual({
    place: expect.stringMatching(/20260102000000_change\.sql:2$/),
    statement: `alter table ${bundle.schema}.orders alter column note type integer using 1`,
    relation: `${bundle.schema}.orders`,
    lock: "ACCESS EXCLUSIVE",
    blocks: "blocks reads and writes",
    heldSeconds: expect.any(Number),
    rewritten: true,
    scanned: true,
    rows: 50,
    bytes: expect.any(Number),
  });
  expect(lock?.bytes).toBeGreaterThanOrEqual(8192);
  const [hazard] = hazardsOf(bundle);
  expect(hazard).toMatchObject({
    hazard: "table-rewrite",
    relation: `${bundle.schema}.orders`,
    isAccepted: false,
  });
  expect(hazard?.text).toMatch(/docs\/locks\.md#table-rewrite$/);

  bundle.logs = [];
  await bundle.up();
  expect(bundle.logs.join("\n")).toMatch(/info: What the deployment blocked:\n.*change\.sql:2: alter table/);
});

test("with hazards: refuse, neither preview nor up changes anything until the file accepts the hazard", async () => {
  const bundle = await deployed(rewrite, { hazards: "refuse" });
  const type =
    "select data_type from information_schema.columns where table_schema = '$s' and column_name = 'note'";

  const refused =
    /have a hazard, and sql\.hazards is refuse; nothing was changed:\n.*change\.sql:2: table-rewrite s\d+\.orders\n/;
  expect(await failureOf(bundle.preview())).toMatch(refused);
  expect(await failureOf(bundle.up())).toMatch(refused);
  expect((await bundle.sql(type)).rows).toEqual([{ data_type: "character varying" }]);

  bundle.write({
    "migrations/20260102000000_change.sql": `-- accepts: table-rewrite $s.orders: it has 50 rows\n${rewrite}`,
  });
  bundle.logs = [];
  await bundle.preview();
  expect(hazardsOf(bundle)).toMatchObject([
    { hazard: "table-rewrite", text: "it has 50 rows", isAccepted: true },
  ]);
  await bundle.up();
  expect((await bundle.sql(type)).rows).toEqual([{ data_type: "integer" }]);
});

test("accepting another hazard or another table has no effect", async () => {
  const bundle = await deployed(
    `-- accepts: data-loss $s.orders: nobody reads it\n-- accepts: table-rewrite $s.customers: it is empty\n${rewrite}`,
    { hazards: "refuse" },
  );

  expect(await failureOf(bundle.preview())).toMatch(/table-rewrite s\d+\.orders/);
});

test.each([
  [
    "no reason",
    "-- accepts: table-rewrite shared.orders",
    /:1:1: an accepted hazard needs a relation and a reason/,
  ],
  [
    "an unknown hazard",
    "-- accepts: rewrite shared.orders: small",
    /there is no hazard rewrite[\s\S]*table-rewrite/,
  ],
])("an acceptance with %s is refused before any statement is sent", async (_, line, message) => {
  const bundle = await deployed(`${line}\nselect 1;\n`);

  expect(await failureOf(bundle.preview())).toMatch(message);
});

test.each([
  ["two deployments", true],
  ["one deployment", false],
])("the safe alternative has no hazard: %s", async (_, isApart) => {
  const bundle = await deployed(
    "alter table $s.orders add constraint noted check (note <> '') not valid;\n",
    {
      hazards: "refuse",
    },
  );
  if (isApart) await bundle.up();
  bundle.write({
    "migrations/20260103000000_validate.sql":
      "-- no transaction\nalter table $s.orders validate constraint noted;\n",
    "migrations/20260104000000_index.sql":
      "-- no transaction\ncreate index concurrently orders_note on $s.orders (note);\n",
  });

  await bundle.preview();
  await bundle.up();

  expect(hazardsOf(bundle)).toEqual([]);
});

test("tables of the same deployment are not reported, but referenced tables are", async () => {
  const bundle = await deployed(
    `create table $s.items (id bigint primary key, order_id bigint references $s.orders, owner uuid references auth.users);
create index on $s.items (order_id);
alter table $s.items alter column id type integer;
`,
  );

  await bundle.preview();

  expect(
    locksOf(bundle)
      .map(({ relation, lock }) => `${relation}: ${lock}`)
      .sort(),
  ).toEqual(["auth.users: SHARE ROW EXCLUSIVE", `${bundle.schema}.orders: SHARE ROW EXCLUSIVE`]);
  expect(hazardsOf(bundle)).toEqual([]);
});

test("statements under a lock that an earlier file of the deployment took are reported", async () => {
  const bundle = await deployed("alter table $s.orders add column priority integer;\n");
  bundle.write({
    "migrations/20260103000000_fill.sql": "update $s.orders set priority = 1 where priority is null;\n",
  });

  await bundle.preview();

  expect(hazardsOf(bundle).map(({ hazard, place }) => `${hazard} ${place.split("/").at(-1)}`)).toEqual([
    "work-under-lock 20260103000000_fill.sql:1",
  ]);
});

test("errors and notices keep their place in a file with probes", async () => {
  const bundle = await deployed(
    `alter table $s.orders add column a text default 'Größe 🎉'; -- $s.orders
do $$ begin raise notice 'filled'; end $$;
update $s.orders set note = 'ü', nowhere = 1;
`,
  );

  expect(await failureOf(bundle.preview())).toMatch(/change\.sql:3:\d+: column "nowhere"/);

  bundle.write({
    "migrations/20260102000000_change.sql": `alter table $s.orders add column a text default 'Größe 🎉'; -- $s.orders
do $$ begin raise notice 'filled'; end $$;
update $s.orders set note = 'ü'`,
  });
  bundle.logs = [];
  await bundle.preview();
  expect(bundle.logs.join("\n")).toMatch(/info: .*change\.sql:2: filled/);
});

test("without a dry run, hazards are derived from the text and the table sizes", async () => {
  const bundle = await deployed(rewrite, { dryRun: "off", hazards: "refuse" });
  bundle.write({
    "migrations/20260103000000_index.sql": "create index orders_note on $s.orders (note);\n",
  });

  expect(await failureOf(bundle.preview())).toMatch(
    /have a hazard[\s\S]*index\.sql:1: index-build s\d+\.orders\n/,
  );
  expect(locksOf(bundle).map(({ lock, heldSeconds }) => ({ lock, heldSeconds }))).toEqual([
    { lock: "ACCESS EXCLUSIVE", heldSeconds: undefined },
    { lock: "SHARE", heldSeconds: undefined },
  ]);
  // A longer type may need no rewrite: only running it shows.
  expect(hazardsOf(bundle)[0]?.text).toMatch(/^Unless the catalog or the rows make it unnecessary/);
});

test("a dry run skips statements that would block readers of a large table, and those that depend on them", async () => {
  const bundle = await deployed("alter table $s.orders add column priority integer;\n", {
    limits: { dryRunMaxTableMegabytes: 0 },
  });
  bundle.write({
    "migrations/20260103000000_fill.sql": "update $s.orders set priority = 1 where priority is null;\n",
    "migrations/20260104000000_other.sql": "alter table $s.customers add column name text;\n",
  });

  await bundle.preview();

  const log = bundle.logs.join("\n");
  expect(log).toMatch(
    /change\.sql +new: not in the dry run, because it would block reads of s\d+\.orders \(0 MB\) until the rollback; sql\.dryRunMaxTableMegabytes is 0/,
  );
  expect(log).toMatch(
    /fill\.sql +new: not in the dry run, because it needs what migrations\/20260102000000_change\.sql creates/,
  );
  expect(log).toMatch(/other\.sql +new\n/);
  expect(
    locksOf(bundle).map(({ relation, heldSeconds }) => [relation, heldSeconds === undefined]),
  ).toContainEqual([`${bundle.schema}.orders`, true]);
});

test("a statement that takes too long for a dry run is skipped, and runs in the deployment", async () => {
  const bundle = await deployed("select pg_sleep(1.5);\n", { limits: { dryRunStatementTimeoutSeconds: 1 } });

  await bundle.preview();

  expect(bundle.logs.join("\n")).toMatch(
    /not in the dry run, because one of its statements runs longer than sql\.dryRunStatementTimeoutSeconds/,
  );
  await bundle.up();
  expect(await bundle.history()).toContain("migrations/20260102000000_change.sql");
});

test("a relation with any name can be accepted, and its lines are parsed", async () => {
  const bundle = await databases.bundle(
    {
      "migrations/20260101000000_t.sql": `create schema $s;
create table $s."Odd; name: ""x"" " (id bigint, note varchar(20));
`,
    },
    { dryRun: "live", hazards: "refuse" },
  );
  await bundle.up();
  const change = `alter table $s."Odd; name: ""x"" " alter column note type integer using 1;\n`;
  bundle.write({ "migrations/20260102000000_change.sql": change });
  const title = `${bundle.schema}."Odd; name: ""x"" "`;

  const refusal = await failureOf(bundle.preview());
  const [, line = ""] = /(-- accepts: .*): <why/.exec(refusal) ?? [];
  bundle.write({ "migrations/20260102000000_change.sql": `${line}: it is small\n${change}` });
  bundle.logs = [];
  await bundle.preview();

  expect(line).toBe(`-- accepts: table-rewrite ${title}`);
  expect(locksOf(bundle)).toMatchObject([{ relation: title, lock: "ACCESS EXCLUSIVE", rewritten: true }]);
  expect(hazardsOf(bundle)).toMatchObject([{ relation: title, text: "it is small", isAccepted: true }]);
});

test.each([
  ["a schema with a cascade", "drop schema $s cascade;", ["data-loss $s.customers", "data-loss $s.orders"]],
  ["a type of a column", "drop type $s.mood cascade;", ["data-loss $s.orders"]],
  [
    "a column beside an uncertain part",
    "alter table $s.orders alter column note type varchar(40), drop column customer_id;",
    ["data-loss $s.orders"],
  ],
  [
    "rows with a condition that is always true",
    "delete from $s.orders where true;",
    ["row-changes $s.orders"],
  ],
  [
    "a table under its new name",
    "alter table $s.orders rename to purchases;\ndrop table $s.purchases;",
    ["client-break $s.orders", "data-loss $s.orders"],
  ],
])("without a dry run, dropping %s is refused", async (_, text, expected) => {
  const bundle = await databases.bundle(
    {
      "migrations/20260101000000_t.sql": `${first["migrations/20260101000000_t.sql"]}
create type $s.mood as enum ('good');
alter table $s.orders add column mood $s.mood;
`,
    },
    { dryRun: "off", hazards: "refuse" },
  );
  await bundle.up();
  bundle.write({ "migrations/20260102000000_change.sql": `${text}\n` });

  const refusal = await failureOf(bundle.preview());

  expect([...refusal.matchAll(/change\.sql:\d+: (.*)/g)].map(([, hazard]) => hazard)).toEqual(
    expected.map((hazard) => hazard.replaceAll("$s", bundle.schema)),
  );
});

test.each([
  ["an index", "create index if not exists orders_note on $s.orders (note);", "index-build"],
  [
    "a column",
    "alter table $s.orders add column if not exists key uuid default gen_random_uuid();",
    "table-rewrite",
  ],
])(
  "without a transaction, `if not exists` of %s is refused by preview and up unless it exists",
  async (_, statement, hazard) => {
    const text = `-- no transaction\n${statement}\n`;
    const bundle = await deployed(text, { hazards: "refuse" });
    const refused = new RegExp(`have a hazard[\\s\\S]*change\\.sql:2: ${hazard} s\\d+\\.orders\n`);

    expect(await failureOf(bundle.preview())).toMatch(refused);
    expect(await failureOf(bundle.up())).toMatch(refused);

    bundle.write({
      "migrations/20260102000000_change.sql": `-- accepts: ${hazard} $s.orders: it is small\n${text}`,
    });
    await bundle.up();
    bundle.write({ "migrations/20260103000000_again.sql": text });
    await bundle.preview();
    await bundle.up();
    expect(await bundle.history()).toContain("migrations/20260103000000_again.sql");
  },
);

test("a preview without a dry run refuses what up would refuse", async () => {
  const bundle = await deployed(
    "alter table $s.orders alter column note type text, add constraint positive check (id > 0);\n",
    { hazards: "refuse", dryRun: "off" },
  );
  const refused = /have a hazard,.*\n.*change\.sql:1: check-scan s\d+\.orders\n/;

  expect(await failureOf(bundle.preview())).toMatch(refused);
  expect(await failureOf(bundle.up())).toMatch(refused);
});
