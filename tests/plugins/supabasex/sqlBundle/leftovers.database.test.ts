import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterManualChange, Databases, expectDeployed, failureOf, firstFile, nextFile } from "./support";

// What exists although it does not after the files ran without the manual changes.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.alerts (id integer primary key, level integer not null, note text);
create function $s.limit_of(level integer) returns integer language sql immutable as $$ select level $$;
`;
const unlessMarked = (drop: string) =>
  `do $$ begin if to_regclass('$s.mark') is null then ${drop}; end if; end $$;`;
const mark = "create table $s.mark (id integer)";
const unnamedIndex = "create index on $s.alerts (note)";

describe("an object that a transaction creates beside a manual one is dropped", () => {
  test("and the output names it", async () => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: unnamedIndex,
      files: { [nextFile]: `${unnamedIndex};` },
    });

    await expectDeployed(databases, bundle);

    expect(bundle.logs.join("\n")).toContain(
      `Dropped, because the files do not leave them on a database without the manual changes:\n  index ${bundle.schema}.alerts_note_idx1`,
    );
  });

  test("if a file follows that runs outside of a transaction", async () => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: unnamedIndex,
      files: {
        [nextFile]: `${unnamedIndex};`,
        "migrations/20260103000000_outside.sql":
          "-- no transaction\ncreate index concurrently alerts_level on $s.alerts (level);",
      },
    });

    await expectDeployed(databases, bundle);
  });

  test("if a later migration fails", async () => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: unnamedIndex,
      files: { [nextFile]: `${unnamedIndex};`, "migrations/20260103000000_failing.sql": "select 1 / 0;" },
    });

    expect(await failureOf(bundle.up())).toContain("division by zero");

    expect(await bundle.history()).toEqual([firstFile, nextFile]);
    expect(
      (await bundle.sql("select indexname from pg_indexes where schemaname = '$s' order by 1")).rows,
    ).toEqual([{ indexname: "alerts_note_idx" }, { indexname: "alerts_pkey" }]);
  });

  test("negative control: what another session creates meanwhile stays, even if the transaction changes it", async () => {
    const bundle = await afterManualChange(databases, {
      first: schema,
      manual: unnamedIndex,
      files: {
        [nextFile]: `${unnamedIndex};
select pg_advisory_xact_lock(1);
select pg_advisory_xact_lock(2);
grant execute on all functions in schema $s to service_role;`,
      },
    });
    const other = await databases.cluster.client();
    const isAwaited = async (key: number, times: number) => {
      const waiting = `select count(*)::integer as n from pg_locks where locktype = 'advisory' and objid = ${key} and classid = 0 and not granted`;
      await expect
        .poll(async () => (await other.query(waiting)).rows, { timeout: 60_000, interval: 20 })
        .toEqual([{ n: times }]);
    };
    await bundle.sql("select pg_advisory_lock(1), pg_advisory_lock(2)");

    const up = bundle.up();
    // The rehearsal of the files waits for both locks, and then they wait for the first one again.
    await isAwaited(1, 1);
    await bundle.sql("select pg_advisory_unlock(1)");
    await isAwaited(2, 1);
    const third = await databases.cluster.client();
    const isRehearsed = third.query("select pg_advisory_lock(1)");
    await isAwaited(1, 1);
    await bundle.sql("select pg_advisory_unlock(2)");
    await isRehearsed;
    await other.query(
      `create function ${bundle.schema}.meanwhile() returns integer language sql as 'select 7'`,
    );
    await third.query("select pg_advisory_unlock(1)");
    await up;

    expect((await bundle.sql("select $s.meanwhile() as seven")).rows).toEqual([{ seven: 7 }]);
    expect((await bundle.sql("select to_regclass('$s.alerts_note_idx1') as copy")).rows).toEqual([
      { copy: null },
    ]);
    expect(bundle.logs.join("\n")).not.toContain("meanwhile()\n");
  });
});

describe("an object that the files drop only without a manual change is dropped although a manual policy uses it", () => {
  const change = {
    first: `${schema}alter table $s.alerts enable row level security;`,
    manual: `${mark}; create policy rogue on $s.alerts using ($s.limit_of(level) > 0)`,
    files: { [nextFile]: unlessMarked("drop function $s.limit_of(integer)") },
  };

  test("if the policy is pruned", async () => {
    const bundle = await afterManualChange(databases, { ...change, inputs: { prune: "drop" } });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect((await bundle.sql("select to_regprocedure('$s.limit_of(integer)') as found")).rows).toEqual([
      { found: null },
    ]);
  });

  test("negative control: otherwise it is refused, in preview and up", async () => {
    const bundle = await afterManualChange(databases, change);

    const preview = await failureOf(bundle.preview());

    expect(preview).toBe(
      [
        "Without the manual changes in this database, these objects do not exist after the files; here they cannot be dropped:",
        `  function ${bundle.schema}.limit_of(integer)`,
        `    policy rogue on table ${bundle.schema}.alerts depends on function ${bundle.schema}.limit_of(integer)`,
        "  Undo the manual changes that depend on them; then run the command again.",
      ].join("\n"),
    );
    expect(await failureOf(bundle.up())).toBe(preview);
    expect(await bundle.history()).toEqual([firstFile]);
  });
});

describe("an object that a deployment does not drop itself, and that stays because of a manual change", () => {
  test.each([
    {
      name: "a collation",
      first: 'create collation $s.german (provider = icu, locale = "de")'.replaceAll('"', "'"),
      drop: "drop collation $s.german",
      kept: "collation $s.german",
    },
    {
      name: "a server",
      first:
        "create foreign data wrapper wrapper_$s; create server server_$s foreign data wrapper wrapper_$s",
      drop: "drop server server_$s",
      kept: "server server_$s",
    },
  ])("is refused, in preview and up: $name", async ({ first, drop, kept }) => {
    const bundle = await afterManualChange(databases, {
      first: `${schema}${first};`,
      manual: mark,
      files: { [nextFile]: unlessMarked(drop) },
    });

    const preview = await failureOf(bundle.preview());

    expect(preview).toBe(
      [
        "Without the manual changes in this database, the files drop these objects; here they did not:",
        `  ${kept.replaceAll("$s", bundle.schema)}`,
        "  Undo the manual change on which the file depends, or write the file so that it always drops them.",
      ].join("\n"),
    );
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("negative control: the comment on a view's column is not an object", async () => {
    const bundle = await afterManualChange(databases, {
      first: `${schema}create view $s.open_alerts as select id from $s.alerts;\ncomment on column $s.open_alerts.id is 'Id.';`,
      manual: mark,
      files: { [nextFile]: unlessMarked("comment on column $s.open_alerts.id is null") },
    });

    expect(await failureOf(bundle.preview())).toBe("it succeeded");
    await bundle.up();

    expect(await bundle.history()).toEqual([firstFile, nextFile]);
  });
});
