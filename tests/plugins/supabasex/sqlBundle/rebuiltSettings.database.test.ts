import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Databases, failureOf, firstFile } from "./support";

// Settings that the catalog does not list, of materialized views that a rebuild drops and recreates.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const repeatable = "repeatable/f.sql";
const helper = (argument: string) =>
  `create or replace function $s.f(${argument} integer) returns integer language sql immutable as $$ select ${argument} $$;`;
const schema = `create schema $s; create table $s.t (id integer, name text);
create table $s.other (id integer);`;
const view = `create materialized view $s."my view" as select $s.f(id) as n, name as "a name" from $s.t;
create index "by n" on $s."my view" (n);
create index second on $s."my view" (n);
comment on index $s."by n" is 'By n.';
comment on column $s."my view".n is 'N.';
alter materialized view $s."my view" set (fillfactor = 70);
alter materialized view $s."my view" alter n set statistics 77;
alter materialized view $s."my view" alter n set (n_distinct = -0.5);
alter materialized view $s."my view" alter "a name" set storage external;
alter materialized view $s."my view" alter "a name" set compression pglz;
alter materialized view $s."my view" cluster on "by n";`;

const settings = `select c.oid::regclass::text as name, c.reloptions, obj_description(c.oid, 'pg_class') as comment, i.indisclustered,
  array(select row(a.attname, a.attstattarget, a.attstorage, a.attcompression, col_description(c.oid, a.attnum),
    array(select x from unnest(a.attoptions) x where x like 'n\\_%'))::text
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 order by a.attnum) as columns
from pg_class c left join pg_index i on i.indexrelid = c.oid
where c.relnamespace = '$s'::regnamespace and c.relkind in ('m', 'i') order by 1`;

test("those of a manual view are as before", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: schema, [repeatable]: helper("a") },
    { dryRun: "live" },
  );
  await bundle.up();
  await bundle.sql(view);
  const before = (await bundle.sql(settings)).rows;
  bundle.write({ [repeatable]: helper("b") });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(`materialized view ${bundle.schema}."my view"`);
  expect((await bundle.sql(settings)).rows).toEqual(before);
});

test("those of a migration's view, too, and no others change", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: `${schema}${helper("a")}${view}` },
    { dryRun: "live" },
  );
  await bundle.up();
  await bundle.sql(
    "create materialized view $s.untouched as select id from $s.other; alter materialized view $s.untouched alter id set statistics 9",
  );
  const before = (await bundle.sql(settings)).rows;
  bundle.write({ [repeatable]: helper("b") });

  await bundle.up();

  expect((await bundle.sql(settings)).rows).toEqual(before);
});

test("a setting that the server refuses is named, and the others are as before", async () => {
  const bundle = await databases.bundle(
    { [firstFile]: schema, [repeatable]: helper("a") },
    { dryRun: "live" },
  );
  await bundle.up();
  await bundle.sql(view);
  const before = (await bundle.sql(settings)).rows;
  const administrator = await databases.cluster.client("supabase_admin");
  await administrator.query(`create function public.refuse() returns event_trigger language plpgsql as
    $$ begin if current_query() ~ ' cluster on ' then raise exception 'Nothing is clustered.'; end if; end $$;
    create event trigger refuse on ddl_command_start execute function public.refuse()`);
  onTestFinished(async () => {
    await administrator.query("drop event trigger refuse; drop function public.refuse()");
  });
  bundle.write({ [repeatable]: helper("b") });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  bundle.logs = [];
  await bundle.up();

  expect(bundle.logs.join("\n")).toContain(
    `f.sql: materialized view ${bundle.schema}."my view" was recreated without one of its settings, which the server refuses: alter materialized view ${bundle.schema}."my view" cluster on "by n"\n  Nothing is clustered.`,
  );
  expect((await bundle.sql(settings)).rows).toEqual(
    before.map((row) => (row.indisclustered === true ? { ...row, indisclustered: false } : row)),
  );
});

test("negative control: a file that creates its view again sets them", async () => {
  const own = (statistics: number) =>
    `create materialized view $s.own as select $s.f(id) as n from $s.t; alter materialized view $s.own alter n set statistics ${statistics};`;
  const bundle = await databases.bundle({
    [firstFile]: schema,
    [repeatable]: helper("a"),
    "repeatable/own.sql": own(5),
  });
  await bundle.up();
  bundle.write({ [repeatable]: helper("b"), "repeatable/own.sql": own(6) });

  await bundle.up();

  const { rows } = await bundle.sql(
    "select attstattarget as n from pg_attribute where attrelid = '$s.own'::regclass and attname = 'n'",
  );
  expect(rows).toEqual([{ n: 6 }]);
});

test("a view without rows stays without, and one with rows has them", async () => {
  const views = `create materialized view $s."no rows" as select $s.f(id) as n from $s.t with no data;
create index on $s."no rows" (n);
create materialized view $s.rows as select $s.f(id) as n from $s.t;`;
  const bundle = await databases.bundle(
    { [firstFile]: `${schema}${helper("a")}${views}` },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({ [repeatable]: helper("b") });

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
  await bundle.up();

  expect(await bundle.refresh()).toEqual([]);
  const populated =
    "select matviewname as name, ispopulated from pg_matviews where schemaname = '$s' order by 1";
  expect((await bundle.sql(populated)).rows).toEqual([
    { name: "no rows", ispopulated: false },
    { name: "rows", ispopulated: true },
  ]);
});
