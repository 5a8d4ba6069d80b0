import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { readEnvironment } from "../../backup/environment";
import { enableEventTriggers } from "../../backup/restore/eventTriggers";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, failureOf, taskEnvironment } from "./support/commands";
import { createShop, readRows } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

let source: TestCluster;
let target: TestCluster;
let store: TestStore;

beforeAll(async () => {
  [source, target, store] = await Promise.all([startTestCluster(), startTestCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  // Each of them was made when it could be, and cannot be made again.
  await postgres.query(`
    create table public.limits (most int);
    insert into public.limits values (10);
    create function public.is_low(value int) returns boolean language sql as 'select $1 <= (select most from public.limits)';
    create table public.limited (value int constraint low check (public.is_low(value)));
    insert into public.limited values (9);
    update public.limits set most = 1;

    create table public.helper (n int);
    create function public.looks_up(value int) returns int language plpgsql immutable as
      'begin return value + coalesce((select max(n) from public.helper), 0); end';
    create index looked_up on public.limited (public.looks_up(value));
    drop table public.helper;

    create table public.divisors (n int);
    insert into public.divisors values (1);
    create materialized view public.quotients as select 1 / n as q from public.divisors;
    update public.divisors set n = 0;
  `);
  await run(commandContext(taskEnvironment(source, store)));
});

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
});

describe("objects that cannot be recreated", () => {
  it("do not stop the restore: everything else is restored, and missing objects are printed with their SQL", async () => {
    const context = commandContext({
      ...taskEnvironment(source, store),
      RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
    });
    const { message, exitCode } = await failureOf(restore({}, context));
    expect(exitCode).toBe(10);
    expect(message).toMatch(/^Everything was restored but /);
    const printed = context.printed.join("\n");
    expect(printed).toContain('alter table public.limited validate constraint "low";');
    expect(printed).toContain("CREATE INDEX looked_up ON public.limited");
    expect(printed).toMatch(/refresh materialized view "public"\."quotients";/);
    const restored = await target.client();
    expect(await readRows(restored)).toEqual(await readRows(await source.client()));
    const { rows } = await restored.query("select value from public.limited");
    expect(rows).toEqual([{ value: 9 }]);
    // The control: new rows are still checked.
    await expect(restored.query("insert into public.limited values (5)")).rejects.toThrow(/violates check/);
  });
});

describe("another session's open transaction in the target", () => {
  it("is named, and nothing is removed, if it holds a lock", async () => {
    const other = await target.client();
    await other.query("set application_name = 'reporting'");
    await other.query("begin");
    await other.query("select from public.limited");
    const context = commandContext({
      ...taskEnvironment(source, store),
      RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
    });
    const { message, exitCode } = await failureOf(restore({ replace: "postgres" }, context));
    expect(exitCode).toBe(9);
    expect(message).toMatch(
      /^Nothing was restored: other sessions kept locks in the target for 10 s: process \d+ of role postgres \(reporting, idle in transaction\); end them/,
    );
    await other.query("commit");
    const { rows } = await other.query("select value from public.limited");
    expect(rows).toEqual([{ value: 9 }]);
  });
});

describe("event triggers, after a plain database replaced the target", () => {
  it("are enabled together, or each is reported with the statement that enables it", async () => {
    const admin = await target.client("supabase_admin");
    await admin.query(`
      create function public.watch() returns event_trigger language plpgsql as 'begin end';
      create event trigger first_watch on ddl_command_end execute function public.watch();
      create event trigger second_watch on sql_drop execute function public.watch();
      alter event trigger first_watch disable;
      alter event trigger second_watch disable`);
    const readModes = async () =>
      (
        await admin.query(
          "select evtname as name, evtenabled as mode from pg_event_trigger where evtname ~ '_watch$' and evtfoid = 'public.watch'::regproc order by 1",
        )
      ).rows;
    const { target: settings } = readEnvironment(["target"], {
      RESTORE_DATABASE_URL: `${target.url("supabase_admin")}?sslmode=disable`,
    });
    const first = "alter event trigger first_watch enable always";
    expect(await enableEventTriggers(settings, [first, "alter event trigger gone enable"])).toEqual([
      `an event trigger, which is off: event trigger "gone" does not exist: ${first}`,
      'an event trigger, which is off: event trigger "gone" does not exist: alter event trigger gone enable',
    ]);
    expect(await readModes()).toEqual([
      { name: "first_watch", mode: "D" },
      { name: "second_watch", mode: "D" },
    ]);
    expect(await enableEventTriggers(settings, [first, "alter event trigger second_watch enable"])).toEqual(
      [],
    );
    expect(await readModes()).toEqual([
      { name: "first_watch", mode: "A" },
      { name: "second_watch", mode: "O" },
    ]);
    await admin.query("drop function public.watch() cascade");
  });
});
