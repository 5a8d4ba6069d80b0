import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sliceOf } from "../../../support/slice";
import { agreed, Databases, deployChanges, firstFile } from "./support";

// One repeatable undoes what another one states, so together they change nothing. When the later statement is removed, the earlier one
// applies.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.t (id integer primary key, a integer);
create table $s.u (id integer primary key);`;
const [one, two, three] = ["repeatable/a.sql", "repeatable/b.sql", "repeatable/c.sql"] as const;
const nothing = "set lock_timeout to default;";
const grant = "grant select on $s.t to anon;";
const revoke = "revoke select on $s.t from anon;";
const loop = (privilege: string) =>
  `do $$ declare name text; begin for name in select tablename from pg_tables where schemaname = '$s' loop execute format('${privilege}', name); end loop; end $$;`;

interface Case {
  readonly name: string;
  readonly before: Record<string, string>;
  readonly after?: Record<string, string | undefined>;
}
const cases: readonly Case[] = [
  { name: "a revoke, with its file", before: { [one]: grant, [two]: revoke }, after: { [two]: undefined } },
  { name: "a revoke of a file that stays", before: { [one]: grant, [two]: revoke } },
  {
    name: "a revoke on a view",
    before: {
      [one]: "create or replace view $s.v as select id from $s.t; grant select on $s.v to anon;",
      [two]: "revoke select on $s.v from anon;",
    },
  },
  {
    name: "a statement that disables row security",
    before: {
      [one]: "alter table $s.t enable row level security;",
      [two]: "alter table $s.t disable row level security;",
    },
  },
  {
    name: "a grant to PUBLIC",
    before: {
      [one]:
        "create or replace function $s.f() returns integer language sql as $$ select 1 $$; revoke execute on function $s.f() from public;",
      [two]: "grant execute on function $s.f() to public;",
    },
  },
  {
    name: "an empty comment",
    before: { [one]: "comment on table $s.t is 'T.';", [two]: "comment on table $s.t is null;" },
  },
  {
    name: "a revoke after a loop that grants",
    before: { [one]: loop("grant select on $s.%I to anon"), [two]: revoke },
  },
  {
    name: "a loop that revokes",
    before: { [one]: grant, [two]: loop("revoke select on $s.%I from anon") },
  },
  {
    name: "a revoke after a grant on all tables",
    before: {
      [one]: "grant select on all tables in schema $s to anon;",
      [two]: "revoke select on $s.u from anon;",
    },
  },
  {
    name: "the last grant, which an earlier file also contains, before a revoke",
    before: { [one]: grant, [two]: revoke, [three]: grant },
    after: { [three]: nothing },
  },
];

describe("a removed statement had undone what another file states", () => {
  test.each(sliceOf(cases, 4))("$name", async ({ before, after = { [two]: nothing } }) => {
    const bundle = await databases.bundle({ [firstFile]: schema, ...before }, { dryRun: "live" });
    await bundle.up();
    bundle.write(after);

    expect(await deployChanges(databases, bundle)).toEqual(agreed);
  });

  test("negative control: files about other facts do not run", async () => {
    const bundle = await databases.bundle({
      [firstFile]: schema,
      [one]: grant,
      [two]: revoke,
      [three]:
        "grant insert on $s.u to anon; comment on table $s.t is 'T.'; grant select on $s.t to service_role;",
    });
    await bundle.up();
    bundle.write({ [two]: nothing });
    bundle.logs = [];

    await bundle.up();

    expect(bundle.logs.join("\n")).toMatch(/a\.sql +affected: a removed statement/);
    expect(bundle.logs.join("\n")).not.toContain("c.sql");
  });
});
