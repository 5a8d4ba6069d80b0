import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { readAccess } from "../../backup/postgres/access";
import { restoreAccess } from "../../backup/restore/compareAccess";
import { prepareSession } from "../../backup/restore/schemaWriter";
import { commandContext, failureOf, type RecordedContext, taskEnvironment } from "./support/commands";
import {
  expiredConstraints,
  notCoveredObjects,
  rewrittenPolicies,
  roundTripObjects,
  roundTripQueries,
} from "./support/plainDatabases";
import { PlainServer } from "./support/plainServer";
import { takePortrait } from "./support/portrait";

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

const notRestored = ({ progressed }: RecordedContext): string[] =>
  progressed.filter((line) => line.startsWith("not restored"));

describe("a restore on a plain server", () => {
  it("is identical for policies of several roles, empty search paths, joins of citext, columns of children in their order, and names of functions", async () => {
    const backup = await server.backUp("same_source", roundTripObjects);

    const context = await server.restoreInto("same_target", backup);

    expect(notRestored(context)).toEqual([]);
    expect(await takePortrait(server.urlOf("same_target"))).toEqual(
      await takePortrait(server.urlOf("same_source")),
    );
    const before = await server.answers("same_source", roundTripQueries);
    expect(await server.answers("same_target", roundTripQueries)).toEqual(before);
    // What text's operator would join is nothing.
    expect(before.slice(1, 4)).toEqual([
      '[{"count":"1"}]',
      '[{"count":"1"}]',
      '[{"joined_in_function":"1"}]',
    ]);
  });

  it("accepts policies whose expressions the server writes differently after it has read them, and reports other ones", async () => {
    const backup = await server.backUp("written_source", rewrittenPolicies);

    await server.restoreInto("written_target", backup);

    const expressions =
      "select polname, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check from pg_policy order by 1";
    const [before, after] = [
      await server.answers("written_source", [expressions]),
      await server.answers("written_target", [expressions]),
    ];
    expect(after).not.toEqual(before);
    // The control: policies with another meaning are reported.
    const saved = await server.withClient("written_source", readAccess);
    await server.withClient("written_target", async (client) => {
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
    await server.restoreInto("written_target_2", backup);
    // From then on, the text stays the same.
    const { username, password } = new URL(server.urlOf("written_target"));
    const environment = {
      ...taskEnvironment(server.cluster, server.store),
      ...{ PGDATABASE: "written_target_2", PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
    };
    const { manifest } = await run(commandContext(environment));
    await server.restoreInto("written_again", { ...backup, run: manifest.run });
    expect(await server.answers("written_again", [expressions])).toEqual(after);
  });

  it("loads rows that their constraints no longer accept, and prints the constraints that are not validated", async () => {
    const backup = await server.backUp("checked_source", expiredConstraints);
    await server.admin.query("create database checked_target");
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
    const { rows } = await takePortrait(server.urlOf("checked_source"));
    expect((await takePortrait(server.urlOf("checked_target"))).rows).toEqual(rows);
    await server.withClient("checked_target", async (client) => {
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
    const backup = await server.backUp(
      "moved_source",
      `
create sequence public.moved;
create materialized view public.numbered as select nextval('public.moved') as id, n from generate_series(1, 5) n;
create view public.by_view as select nextval('public.moved') as id;
create materialized view public.again as select id from public.by_view;
`,
    );

    await server.restoreInto("moved_target", backup);

    expect(await server.answers("moved_target", ["select last_value from public.moved"])).toEqual([
      '[{"last_value":"6"}]',
    ]);
  });

  it("lists values without an input function, and comments that pg_dump omits, and loads rows of extensions after those that they reference", async () => {
    const backup = await server.backUp("listed_source", notCoveredObjects);

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
    await server.restoreInto("listed_target", backup);
    expect(
      await server.answers("listed_target", [
        "select count(*) as rows, count(adbin) as values from public.copied",
      ]),
    ).toEqual(['[{"rows":"2","values":"0"}]']);
    expect(
      await server.answers("listed_target", [
        "select id, tree, trees from public.composites",
        "select from public.only_trees union all select from public.trees_not_null",
      ]),
    ).toEqual(['[{"id":1,"tree":null,"trees":null}]', "[]"]);
  });

  it("works without schema public", async () => {
    const backup = await server.backUp(
      "other_source",
      `
drop schema public;
create schema other;
create table other.things (id int generated always as identity, t text);
insert into other.things (t) values ('a'), ('b');
`,
    );

    const context = await server.restoreInto("other_target", backup);

    expect(notRestored(context)).toEqual([]);
    const { rows, sequences } = await takePortrait(server.urlOf("other_source"));
    expect(await takePortrait(server.urlOf("other_target"))).toMatchObject({ rows, sequences });
  });

  it("attaches a partition whose detachment is unfinished, and the backup lists it", async () => {
    const prepared = await server.backUp(
      "detached_source",
      `
create table public.parted (n int) partition by list (n);
create table public."one of" partition of public.parted for values in (1);
create table public.two partition of public.parted for values in (2);
insert into public.parted values (1), (2), (2);
`,
    );
    const listed = ({ manifest }: typeof prepared): string[] =>
      manifest.notCovered.map(({ what }) => what).filter((what) => what.startsWith("detachment"));
    // The control: attached partitions are not listed.
    expect(listed(prepared)).toEqual([]);
    await server.withClient("detached_source", async (reader) => {
      await reader.query("begin");
      await reader.query("select from public.parted");
      await server.withClient("detached_source", async (client) => {
        await client.query("set lock_timeout = '100ms'");
        const detaching = client.query(
          'alter table public.parted detach partition public."one of" concurrently',
        );
        await expect(detaching).rejects.toThrow(/lock timeout/);
      });
      await reader.query("commit");
    });
    const count = ["select count(*)::int as n from public.parted"];
    expect(await server.answers("detached_source", count)).toEqual(['[{"n":2}]']);
    const backup = await server.backUpAgain("detached_source");
    expect(listed(backup)).toEqual(['detachment of partition public."one of"']);

    await server.restoreInto("detached_target", backup);

    expect(await server.answers("detached_target", count)).toEqual(['[{"n":3}]']);
  });

  it("puts tables into the default tablespace where the target lacks theirs, and says so", async () => {
    // A folder of the server itself.
    await server.admin.query("set allow_in_place_tablespaces = on");
    await server.admin.query("create tablespace \"quick one\" location ''");
    const backup = await server.backUp(
      "placed_source",
      `
create table public.placed (id int) tablespace "quick one";
insert into public.placed values (1), (2);
create index placed_id on public.placed (id) tablespace "quick one";
create table public.unplaced (id int);
create materialized view public.placed_view tablespace "quick one" as select count(*) from public.placed;
`,
    );
    const { rows } = await takePortrait(server.urlOf("placed_source"));
    // The control: where it exists, it is used.
    await server.restoreInto("placed_same", backup);
    const placed = "select relname from pg_class where reltablespace <> 0 and relname ~ 'placed' order by 1";
    const [inSame] = await server.answers("placed_same", [placed]);
    expect(inSame).toBe('[{"relname":"placed"},{"relname":"placed_id"},{"relname":"placed_view"}]');
    for (const database of ["placed_same", "placed_source"])
      await server.admin.query(`drop database ${database}`);
    await server.admin.query('drop tablespace "quick one"');

    const context = await server.restoreInto("placed_target", backup);

    expect(notRestored(context)).toEqual([
      'not restored: tablespace "quick one": its tables are in the default one',
    ]);
    expect((await takePortrait(server.urlOf("placed_target"))).rows).toEqual(rows);
    expect(await server.answers("placed_target", [placed])).toEqual(["[]"]);
  });
});
