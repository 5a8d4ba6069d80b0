// Measures the cost of the log of schema changes: 10,000 statements of many kinds with its event triggers enabled, compared with
// as many with them disabled, alternately. Each statement is a separate transaction that is written to disk, as on a hosted
// server. One line of JSON. Run: npx tsx bench/sql/ddlLog.ts [statements]
import { startBundledDatabase } from "../../tests/sql/support/database";
import { median, report, timed } from "./support";

const statements = Number(process.argv[2] ?? 10_000);
const target = { ratio: 1.03 };

/** Statements of a typical migration. */
const batch: readonly string[] = [
  "create table app.things (id uuid primary key default gen_random_uuid(), tenant_id uuid not null, name text not null, created_at timestamptz not null default now())",
  "alter table app.things enable row level security",
  "create policy own on app.things using (tenant_id = (select auth.uid()))",
  "create index things_tenant_id_idx on app.things (tenant_id, created_at desc)",
  "alter table app.things add column price numeric(12, 2), add column note text",
  "comment on table app.things is 'Things of a tenant.'",
  "grant select, insert, update, delete on app.things to authenticated",
  "create function app.things_of(tenant uuid) returns setof app.things language sql stable set search_path = '' begin atomic select * from app.things where tenant_id = tenant; end",
  "create view app.priced with (security_invoker = true) as select id, name, price from app.things where price > 0",
  "create trigger touch before update on app.things for each row execute function suppress_redundant_updates_trigger()",
  "alter table app.things alter column note set default ''",
  "drop view app.priced",
  "drop function app.things_of(uuid)",
  "drop table app.things",
];

async function main(): Promise<void> {
  const database = await startBundledDatabase({ durable: true });
  try {
    const client = database.postgres;
    await client.query("create schema app");
    const rounds = Math.ceil(statements / batch.length);
    const play = async () => {
      for (const statement of batch) await client.query(statement);
    };
    const { rows } = await client.query<{ name: string }>(
      "select evtname as name from pg_event_trigger where evtowner = 'postgres'::regrole",
    );
    const switchTo = async (state: "enable" | "disable") => {
      for (const { name } of rows) await client.query(`alter event trigger ${name} ${state}`);
    };
    const totals = { logged: 0, plain: 0 };
    const ratios: number[] = [];
    await play();
    for (let round = 0; round < rounds; round++) {
      const times = await playBoth(switchTo, play);
      totals.logged += times.logged;
      totals.plain += times.plain;
      ratios.push(times.logged / times.plain);
    }
    report({
      bench: "ddlLog",
      statements: rounds * batch.length,
      plainMillisecondsEach: totals.plain / rounds / batch.length,
      loggedMillisecondsEach: totals.logged / rounds / batch.length,
      ratioOfTotals: totals.logged / totals.plain,
      medianRatio: median(ratios),
      target,
    });
  } finally {
    await database.remove();
  }
}

/** Runs the statements once with the triggers disabled and once with them enabled. Returns the milliseconds of each. */
async function playBoth(
  switchTo: (state: "enable" | "disable") => Promise<void>,
  play: () => Promise<void>,
): Promise<{ logged: number; plain: number }> {
  await switchTo("disable");
  const plain = await timed(play);
  await switchTo("enable");
  const logged = await timed(play);
  return { logged, plain };
}

void main();
