// Measures the cost of the triggers (audit trail, change broadcast, identity guard) for an insert of 10,000 work orders, compared
// with a table with the same indexes: only our triggers, only the foreign keys (which are PostgreSQL's own triggers), and both.
// Prints one line of JSON. Run: npx tsx bench/sql/triggers.ts
import type { Client } from "pg";
import { startBundledDatabase } from "../../tests/sql/support/database";
import { idOf, seedWorld, tenantId } from "../../tests/sql/support/world";
import { interleaved, report } from "./support";

const rows = 10_000;
const rounds = 15;
const target = 2.5;

async function main(): Promise<void> {
  const database = await startBundledDatabase();
  try {
    const client = database.postgres;
    await seedWorld(client);
    await client.query(`
      create schema bench;
      create table bench.bare (like home_services.work_orders including all);
      create table bench.with_keys (like home_services.work_orders including all);
      alter table bench.with_keys
        add foreign key (tenant_id) references shared.tenants (id),
        add foreign key (tenant_id, customer_id) references shared.customers (tenant_id, id),
        add foreign key (tenant_id, technician_id) references shared.users (tenant_id, id);
      create table bench.with_triggers (like home_services.work_orders including all);
      create trigger audit_insert after insert on bench.with_triggers referencing new table as new_rows
        for each statement execute function private.record_audit_entries();
      create trigger realtime_changes_insert after insert on bench.with_triggers referencing new table as changed_rows
        for each statement execute function private.notify_realtime_changes()`);
    const into = (table: string) => insert(client, table);

    const medians = await interleaved(
      {
        bare: into("bench.bare"),
        withKeys: into("bench.with_keys"),
        withTriggers: into("bench.with_triggers"),
        withBoth: into("home_services.work_orders"),
      },
      rounds,
    );
    const { bare = 0, withKeys = 0, withTriggers = 0, withBoth = 0 } = medians;
    report({
      bench: "triggers",
      rows,
      bareMilliseconds: bare,
      withForeignKeysMilliseconds: withKeys,
      withTriggersMilliseconds: withTriggers,
      withBothMilliseconds: withBoth,
      triggersToBare: withTriggers / bare,
      bothToBare: withBoth / bare,
      bothToForeignKeys: withBoth / withKeys,
      target,
    });
  } finally {
    await database.remove();
  }
}

/** Returns a function that inserts rows and rolls them back, so that every round writes into tables of the same size. */
function insert(client: Client, table: string): () => Promise<void> {
  return async () => {
    await client.query("begin");
    await client.query(
      `insert into ${table} (tenant_id, customer_id, service_type, notes)
       select $1, $2, 'repair', 'note ' || n from generate_series(1, ${rows}) as n`,
      [tenantId("a"), idOf("a", 2, 1)],
    );
    await client.query("rollback");
  };
}

void main();
