import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { agreed, Databases, deployChanges, firstFile, nextFile } from "./support";

// A partition and an inheriting table have what repeatables state about the table above. A migration that takes them away from it runs
// before the repeatables on an empty database, so there they never have it.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const repeatable = "repeatable/r.sql";
const other = "repeatable/z.sql";
const tables = `create schema $s;
create table $s.q (id integer primary key);
create table $s.p (id integer, a integer, b text) partition by range (id);
create table $s.p1 partition of $s.p for values from (1) to (100) partition by range (id);
create table $s.p11 partition of $s.p1 for values from (1) to (50);
create table $s.t (a integer);
create table $s.u (a integer);
create table $s.c () inherits ($s.t, $s.u);
create table $s.d () inherits ($s.c);
`;
const detach = "alter table $s.p detach partition $s.p1;";
const check =
  "alter table $s.p drop constraint if exists k; alter table $s.p add constraint k check (a > 0);";
const index = "create index if not exists p_a on $s.p (a);";
const keys = `do $$ begin
  if not exists (select from pg_constraint where conname = 'pk' and conrelid = '$s.p'::regclass) then
    alter table $s.p add constraint fk foreign key (a) references $s.q (id), add constraint pk unique (id, a);
  end if;
end $$;`;
const columns = "alter table $s.p alter a set not null, alter a set default 3, alter b set storage external;";

interface Case {
  readonly name: string;
  readonly before: Record<string, string>;
  readonly migration: string;
}
const cases: readonly Case[] = [
  { name: "a check of a detached partition", before: { [repeatable]: check }, migration: detach },
  { name: "an index", before: { [repeatable]: index }, migration: detach },
  { name: "keys and properties of columns", before: { [repeatable]: keys + columns }, migration: detach },
  {
    name: "the same, if a block detaches a partition of a partition",
    before: { [repeatable]: index + columns },
    migration: "do $$ begin execute 'alter table $s.p1 detach partition $s.p11'; end $$;",
  },
  {
    name: "the partition is renamed before",
    before: { [repeatable]: check + index },
    migration: "alter table $s.p1 rename to old; alter table $s.p detach partition $s.old;",
  },
  {
    name: "a check and a column of a table that no longer inherits",
    before: {
      [repeatable]:
        "alter table $s.t drop constraint if exists k; alter table $s.t add constraint k check (a > 0); alter table $s.t alter a set not null;",
    },
    migration: "alter table $s.c no inherit $s.t;",
  },
  {
    name: "negative control: the other table from which it inherits states the same",
    before: {
      [repeatable]: "alter table $s.t alter a set default 1;",
      [other]: "alter table $s.u alter a set default 1;",
    },
    migration: "alter table $s.c no inherit $s.t;",
  },
  {
    name: "negative control: the partition is attached again",
    before: { [repeatable]: check + index },
    migration: `${detach} alter table $s.p attach partition $s.p1 for values from (1) to (100);`,
  },
  {
    name: "negative control: what migrations create stays",
    before: { [repeatable]: index },
    migration: `create index own on $s.p1 (b); alter table $s.p1 add constraint own check (a > 0); ${detach} create index again on $s.p1 (a); create table $s.n (a integer); create index on $s.n (a);`,
  },
];

describe("what repeatables state about a table is not left on a table that a migration takes away from it", () => {
  test.each(sliceOf(cases, 5))("$name", async ({ before, migration }) => {
    const bundle = await databases.bundle({ [firstFile]: tables, ...before }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [nextFile]: migration });

    expect(await deployChanges(databases, bundle)).toEqual(agreed);
  });
});
