import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import type { Manifest } from "../../backup/manifest";
import { readAccess } from "../../backup/postgres/access";
import { splitStatements } from "../../backup/postgres/sqlText";
import { restoreAccess } from "../../backup/restore/compareAccess";
import { prepareSession } from "../../backup/restore/schemaWriter";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, failureOf, type RecordedContext, taskEnvironment } from "./support/commands";
import { takePortrait } from "./support/portrait";
import { startTestStore, type TestStore } from "./support/store";

let cluster: TestCluster;
let store: TestStore;
let admin: pg.Client;

beforeAll(async () => {
  [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
  admin = await cluster.client("supabase_admin");
});

afterAll(async () => {
  await Promise.all([cluster?.remove(), store?.remove()]);
});

const urlOf = (database: string): string => cluster.url("supabase_admin", database);

async function withClient<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The rows of queries as text, in their order. */
async function answers(database: string, queries: readonly string[]): Promise<string[]> {
  return await withClient(database, async (client) => {
    const found: string[] = [];
    for (const query of queries) found.push(JSON.stringify((await client.query(query)).rows));
    return found;
  });
}

/** Creates a database with these statements, each of which ends at the end of a line, and backs it up. */
async function backUp(
  database: string,
  script: string,
): Promise<{ run: string; manifest: Manifest; into(name: string): RecordedContext }> {
  await admin.query(`create database ${database}`);
  await withClient(database, async (client) => {
    for (const statement of splitStatements(script)) await client.query(statement);
  });
  const { username, password } = new URL(urlOf(database));
  const environment = {
    ...taskEnvironment(cluster, store),
    PGDATABASE: database,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
  };
  const { manifest } = await run(commandContext(environment));
  return {
    run: manifest.run,
    manifest,
    into: (name) =>
      commandContext({ ...environment, RESTORE_DATABASE_URL: `${urlOf(name)}?sslmode=disable` }),
  };
}

/** Restores a backup into a new database. */
async function restoreInto(
  name: string,
  backup: Awaited<ReturnType<typeof backUp>>,
): Promise<RecordedContext> {
  await admin.query(`create database ${name}`);
  const context = backup.into(name);
  await restore({ run: backup.run }, context);
  return context;
}

const notRestored = ({ progressed }: RecordedContext): string[] =>
  progressed.filter((line) => line.startsWith("not restored"));

const sameAgain = `
create role last_named;
create role "First, named";
create role no_path;
create role odd_path;
create table public.guarded (id int);
alter table public.guarded enable row level security;
create policy backwards on public.guarded for select to last_named, "First, named", no_path using (true);
create policy three on public.guarded for delete to odd_path, "First, named" using (id > 1);
create policy "all on it" on public.guarded as restrictive to odd_path, last_named using (true) with check (id > 2);
create table public."a on b" (id int);
alter table public."a on b" enable row level security;
create policy "p on q" on public."a on b" using (id > 1);
alter role no_path set search_path = '';
alter role odd_path set search_path = '$user', 'a, b', 'q"q', public, '';
do $$ begin execute format('alter database %I set search_path = ''''', current_database()); end $$;
create schema typed;
create extension citext with schema typed;
create table public.people (email typed.citext, n int);
create table public.mails (email typed.citext, m int);
insert into public.people values ('Ann@example.com', 1), ('bob@example.com', 2);
insert into public.mails values ('ann@EXAMPLE.com', 3);
set search_path = public, typed;
create view public.joined as select * from people join mails using (email);
create view public.joined_naturally as select count(*) from people natural left join mails where m is not null;
create materialized view public.joined_once as select count(*) from people join mails using (email);
create function public.joined_in_function() returns bigint language sql stable begin atomic select count(*) from people full join mails using (email) where n is not null and m is not null; end;
reset search_path;
create table public.parent (id int not null, a text, b text, c text);
create table public.nullable () inherits (public.parent);
alter table public.nullable alter id drop not null;
insert into public.nullable values (null, 'a', 'b', 'c');
create table public.later_not_null (id int);
create table public.still_nullable (n int) inherits (public.later_not_null);
insert into public.still_nullable values (null, 1);
alter table only public.later_not_null alter id set not null;
create table public.plain_child () inherits (public.parent);
alter table only public.parent alter a set storage external, alter b set compression pglz, alter c set storage main;
alter table only public.nullable alter b set storage external;
insert into public.plain_child values (1, repeat('a', 3000), repeat('b', 3000), 'c');
create table public.one (t text);
create table public.two (t text);
create table public.of_both () inherits (public.one, public.two);
alter table public.one alter t set storage external;
insert into public.of_both values ('both');
create table public.keyed (id int primary key, name text);
create function public.keyed_name(id int) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
create materialized view public.keyed_names as select k.id, k.name, count(*) as n from public.keyed k group by k.id;
create table public.named (p regprocedure, f regproc, r regclass);
insert into public.named values ('public.keyed_name(int)', 'public.keyed_name', 'public.keyed_names');
create type public."Kind of" as enum ('a');
create function public.of_several(id int, kind public."Kind of"[], at timestamptz) returns text language sql stable begin atomic select k.name || count(*) from public.keyed k where k.id = $1 group by k.id; end;
insert into public.named (p) values ('public.of_several(int, public."Kind of"[], timestamptz)');
create table public.grown (a int);
create table public.child (b int, "c, d" int) inherits (public.grown);
create table public.grandchild (d int) inherits (public.child);
create table public.in_order (z int) inherits (public.grown);
alter table public.grown add late int default 5 not null;
create table public.after_all (y int) inherits (public.grown);
alter table public.child add more text default 'x, (y' check (more <> ');');
alter table public.grown add constraint positive check (late > 0);
alter table only public.child alter late set default 7;
alter table public.grandchild alter late drop default, alter late set statistics 99;
create table public.holders (c public.child, g public.grandchild[]);
insert into public.child values (1, 2, 3, 4, 'm');
insert into public.grandchild values (1, 2, 3, 4, 5, 'n');
insert into public.after_all values (1, 2, 3);
insert into public.holders values (row(1, 2, 3, 4, 'x'), array[row(1, 2, 3, 4, 5, 'y')::public.grandchild]);
create table public.first_mother (x int, y int);
create table public.second_mother (y int, z int check (z > 0) no inherit);
create table public.of_mothers (own int, y int default 3) inherits (public.first_mother, public.second_mother);
alter table public.second_mother add x int;
alter table public.first_mother add "odd, col""umn" numeric(5, 2) default 1.5;
insert into public.of_mothers (own) values (1);
create table public.adopting (q text, p text);
create table public.adopted (p text, extra int not null, q text);
alter table public.adopted inherit public.adopting;
alter table public.adopting add gen text generated always as (q || 'x') stored, add s serial;
insert into public.adopted (p, extra, q) values ('p', 1, 'q');
alter table public.adopted owner to no_path;
create foreign data wrapper of_children;
create server of_children foreign data wrapper of_children;
create foreign table public.remote_child (own int options (o '1')) inherits (public.adopting) server of_children options (t 'x');
alter table public.adopting add last int;
create table public.parted (a int, b int) partition by list (a);
create table public.part_of (b int, gone int, a int);
alter table public.part_of drop column gone;
alter table public.parted attach partition public.part_of for values in (1);
alter table public.parted add c int;
create table public.of_parts (p public.part_of, whole public.parted);
insert into public.of_parts values (row(1, 2, 3), row(4, 5, 6));
create sequence public.numbers;
create table public.counted (n int default nextval('public.numbers'));
insert into public.counted default values;
`;

const queries = [
  "select * from public.joined",
  "select * from public.joined_naturally",
  "select * from public.joined_once",
  "select public.joined_in_function()",
  "select attrelid::regclass::text, attname, attnotnull, attstorage, attcompression from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped order by 1, 2",
  "select * from public.named",
  "select c::text, g::text, p::text, whole::text from public.holders, public.of_parts",
  "select attrelid::regclass::text, string_agg(format('%s %s %s', attname, attislocal, attinhcount), ', ' order by attnum) from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind in ('r', 'f') and attnum > 0 and not attisdropped group by 1 order by 1",
  "select conrelid::regclass::text, conname, conislocal, coninhcount, connoinherit, convalidated from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
];

describe("a restore on a plain server", () => {
  it("is identical for policies of several roles, empty search paths, joins of citext, columns of children in their order, and names of functions", async () => {
    const backup = await backUp("same_source", sameAgain);

    const context = await restoreInto("same_target", backup);

    expect(notRestored(context)).toEqual([]);
    expect(await takePortrait(urlOf("same_target"))).toEqual(await takePortrait(urlOf("same_source")));
    const before = await answers("same_source", queries);
    expect(await answers("same_target", queries)).toEqual(before);
    // What text's operator would join is nothing.
    expect(before.slice(1, 4)).toEqual([
      '[{"count":"1"}]',
      '[{"count":"1"}]',
      '[{"joined_in_function":"1"}]',
    ]);
  });

  it("accepts policies whose expressions the server writes differently after it has read them, and reports other ones", async () => {
    const backup = await backUp(
      "written_source",
      `
create table public.states (state varchar(10), name char(5), n int);
alter table public.states enable row level security;
create policy known on public.states using (state in ('new', 'old')) with check (state not in ('gone', 'lost'));
create policy nested on public.states for select using (exists (select from public.states s where s.state in ('a', 'b') and s.n is distinct from states.n));
create policy other on public.states for insert with check (state = any (array['x', 'y']::varchar[]) or name in ('p', 'q'));
`,
    );

    await restoreInto("written_target", backup);

    const expressions =
      "select polname, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check from pg_policy order by 1";
    const [before, after] = [
      await answers("written_source", [expressions]),
      await answers("written_target", [expressions]),
    ];
    expect(after).not.toEqual(before);
    // The control: policies with another meaning are reported.
    const saved = await withClient("written_source", readAccess);
    await withClient("written_target", async (client) => {
      await prepareSession(client);
      const compare = async (sourceMajor = 17) =>
        await restoreAccess(client, saved, {
          ...{ sourceMajor, targetMajor: 17, isIncomplete: false, isProject: false },
          searchPath: () => "public",
        });
      expect((await compare()).application).toEqual([]);
      await client.query("begin");
      await client.query(
        "alter policy known on public.states using (state in ('new', 'older')); alter policy nested on public.states using (true)",
      );
      await client.query("commit");
      expect((await compare()).application).toEqual([
        expect.stringMatching(
          /^policy known on public\.states: using ".*'old'.*" in the backup, ".*'older'.*" here$/,
        ),
        expect.stringMatching(/^policy nested on public\.states: using ".*" in the backup, "true" here$/),
      ]);
      // Another version writes all expressions differently.
      expect((await compare(16)).application).toEqual([]);
    });
    await restoreInto("written_target_2", backup);
    // From then on, the text stays the same.
    const { username, password } = new URL(urlOf("written_target"));
    const environment = {
      ...taskEnvironment(cluster, store),
      ...{ PGDATABASE: "written_target_2", PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
    };
    const { manifest } = await run(commandContext(environment));
    await restoreInto("written_again", { ...backup, run: manifest.run });
    expect(await answers("written_again", [expressions])).toEqual(after);
  });

  it("loads rows that their constraints no longer accept, and prints the constraints that are not validated", async () => {
    const backup = await backUp(
      "checked_source",
      `
create role checked_writer;
grant checked_writer to current_user;
grant usage on schema public to checked_writer;
create table public.offers (id int, ends timestamptz constraint open check (ends > now()));
insert into public.offers values (1, clock_timestamp() + interval '0.2 s'), (2, 'infinity');
create table public.written (by text constraint own check (by = current_user), n int constraint positive check (n > 0));
grant insert on public.written to checked_writer;
set role checked_writer;
insert into public.written values ('checked_writer', 1);
reset role;
create table public.parts (kind text, setting text, constraint ours check (setting = current_setting('my.setting', true))) partition by list (kind);
create table public.part_a partition of public.parts for values in ('a');
create table public.part_b partition of public.parts (constraint ours check (setting = current_setting('my.setting', true))) default;
set my.setting = 'x';
insert into public.parts values ('a', 'x'), ('b', 'x');
create table public.elder (ends timestamptz constraint later check (ends > now()));
create table public.younger (n int) inherits (public.elder);
insert into public.younger values (clock_timestamp() + interval '0.2 s', 1);
create table public.several (id int, ends timestamptz constraint many_a check (ends > now()), also timestamptz constraint many_b check (also > now()), who text constraint many_c check (who = current_user));
insert into public.several (id, ends) values (1, clock_timestamp() + interval '0.2 s');
create domain public.soon as timestamptz constraint near check (value > now());
create domain public.later_on as public.soon;
create table public.nested_domain (at public.later_on);
insert into public.nested_domain values (clock_timestamp() + interval '0.2 s');
create domain public.future as timestamptz constraint ahead check (value > now());
create table public.planned (at public.future, ats public.future[]);
insert into public.planned values (clock_timestamp() + interval '0.2 s', array[clock_timestamp() + interval '0.2 s']::timestamptz[]);
select pg_sleep(0.3);
`,
    );
    await admin.query("create database checked_target");
    const context = backup.into("checked_target");

    const { message, exitCode } = await failureOf(restore({ run: backup.run }, context));

    expect(exitCode).toBe(10);
    expect(message).toMatch(/^Everything was restored except CHECK CONSTRAINT /);
    const printed = context.printed.join("\n");
    for (const statement of [
      'alter table public.offers validate constraint "open";',
      'alter table public.written validate constraint "own";',
      'alter table public.elder validate constraint "later";',
      'alter domain public.future validate constraint "ahead";',
      'alter table public.several validate constraint "many_a";',
      'alter domain public.soon validate constraint "near";',
    ])
      expect(printed).toContain(statement);
    // The control: a constraint that accepts its rows is restored as it was.
    expect(printed).not.toContain("positive");
    // Those were released with the first one, and are valid again.
    expect(printed).not.toMatch(/many_[bc]/);
    const { rows } = await takePortrait(urlOf("checked_source"));
    expect((await takePortrait(urlOf("checked_target"))).rows).toEqual(rows);
    await withClient("checked_target", async (client) => {
      await expect(client.query("insert into public.offers values (3, '2000-01-01')")).rejects.toThrow(
        /"open"/,
      );
      await expect(client.query("insert into public.younger values ('2000-01-01')")).rejects.toThrow(
        /"later"/,
      );
      await expect(client.query("select '2000-01-01'::public.future")).rejects.toThrow(/"ahead"/);
    });
  });

  it("keeps the position of a sequence that a materialized view moves", async () => {
    const backup = await backUp(
      "moved_source",
      `
create sequence public.moved;
create materialized view public.numbered as select nextval('public.moved') as id, n from generate_series(1, 5) n;
create view public.by_view as select nextval('public.moved') as id;
create materialized view public.again as select id from public.by_view;
`,
    );

    await restoreInto("moved_target", backup);

    expect(await answers("moved_target", ["select last_value from public.moved"])).toEqual([
      '[{"last_value":"6"}]',
    ]);
  });

  it("lists values without an input function, and comments that pg_dump omits, and loads rows of extensions after those that they reference", async () => {
    const backup = await backUp(
      "listed_source",
      `
create table public.defaulted (n int default 1, t text default now()::text);
create table public.copied as select adrelid, adbin from pg_attrdef;
create table public.only_trees as select adbin from pg_attrdef;
create table public.trees_not_null as select adrelid, adbin from pg_attrdef;
alter table public.trees_not_null alter adbin set not null;
create type public.with_tree as (n int, tree pg_node_tree);
create table public.composites as select 1 as id, row(1, adbin)::public.with_tree as tree, array[row(1, adbin)::public.with_tree] as trees from pg_attrdef limit 1;
create type public.pieces as range (subtype = int, multirange_type_name = public.many_pieces);
comment on type public.many_pieces is 'Many';
create view public.shown as select 1 as one;
comment on rule "_RETURN" on public.shown is 'Its query';
revoke usage on type public.defaulted from public;
create extension hstore;
create table public.z_first (id int primary key);
create table public.a_second (id int references public.z_first);
insert into public.z_first values (1);
insert into public.a_second values (1);
alter extension hstore add table public.z_first;
alter extension hstore add table public.a_second;
update pg_extension set extconfig = array['public.a_second'::regclass::oid, 'public.z_first'::regclass], extcondition = array['', ''] where extname = 'hstore';
`,
    );

    const listed = backup.manifest.notCovered.map(({ what }) => what);
    expect(listed.filter((what) => /^(?:rows of|values of column|comment|grants)/.test(what))).toEqual([
      "values of column public.composites.tree",
      "values of column public.composites.trees",
      "values of column public.copied.adbin",
      "values of column public.only_trees.adbin",
      "values of column public.trees_not_null.adbin",
      "rows of public.only_trees",
      "rows of public.trees_not_null",
      'comment on rule "_RETURN" on public.shown',
      "comment on type public.many_pieces",
      "grants on type public.defaulted",
    ]);
    const ofExtension = backup.manifest.tables.filter(
      ({ archive }) => archive === "extension-hstore.sql.zst",
    );
    expect(ofExtension.map(({ table }) => table)).toEqual(["z_first", "a_second"]);
    // The control: everything else is restored.
    await restoreInto("listed_target", backup);
    expect(
      await answers("listed_target", ["select count(*) as rows, count(adbin) as values from public.copied"]),
    ).toEqual(['[{"rows":"2","values":"0"}]']);
    expect(
      await answers("listed_target", [
        "select id, tree, trees from public.composites",
        "select from public.only_trees union all select from public.trees_not_null",
      ]),
    ).toEqual(['[{"id":1,"tree":null,"trees":null}]', "[]"]);
  });

  it("puts tables into the default tablespace where the target lacks theirs, and says so", async () => {
    // A folder of the server itself.
    await admin.query("set allow_in_place_tablespaces = on");
    await admin.query("create tablespace \"quick one\" location ''");
    const backup = await backUp(
      "placed_source",
      `
create table public.placed (id int) tablespace "quick one";
insert into public.placed values (1), (2);
create index placed_id on public.placed (id) tablespace "quick one";
create table public.unplaced (id int);
create materialized view public.placed_view tablespace "quick one" as select count(*) from public.placed;
`,
    );
    const { rows } = await takePortrait(urlOf("placed_source"));
    // The control: where it exists, it is used.
    await restoreInto("placed_same", backup);
    const placed = "select relname from pg_class where reltablespace <> 0 and relname ~ 'placed' order by 1";
    const [inSame] = await answers("placed_same", [placed]);
    expect(inSame).toBe('[{"relname":"placed"},{"relname":"placed_id"},{"relname":"placed_view"}]');
    for (const database of ["placed_same", "placed_source"]) await admin.query(`drop database ${database}`);
    await admin.query('drop tablespace "quick one"');

    const context = await restoreInto("placed_target", backup);

    expect(notRestored(context)).toEqual([
      'not restored: tablespace "quick one": its tables are in the default one',
    ]);
    expect((await takePortrait(urlOf("placed_target"))).rows).toEqual(rows);
    expect(await answers("placed_target", [placed])).toEqual(["[]"]);
  });
});
