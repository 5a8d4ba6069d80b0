import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attempt, claimsOf } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { idOf, seedWorld, tenantId } from "./support/world";

let database: BundledDatabase;
let client: Client;
const changes = `tenant:${tenantId("a")}:changes`;

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  client = database.postgres;
});
afterAll(async () => await database.remove());
beforeEach(async () => {
  await client.query("begin");
  await client.query("select set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(claimsOf("a", "manager")),
  ]);
  await client.query("set local role authenticated");
});
afterEach(async () => void (await client.query("rollback")));

/** Reads as the deployer, in the same transaction. */
async function read<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  await client.query("reset role");
  const { rows } = await client.query<T>(sql, values);
  await client.query("set local role authenticated");
  return rows;
}

/** Reads the messages of this transaction: their timestamp is its start. */
const messages = async (topic = changes) =>
  await read<{ payload: Record<string, unknown>; event: string; private: boolean }>(
    `select payload - 'id' - 'timestamp' as payload, event, private from realtime.messages
       where topic = $1 and inserted_at = now()::timestamp order by event, payload`,
    [topic],
  );

const insertCustomers = (count: number) =>
  client.query(
    `insert into shared.customers (tenant_id, first_name, last_name, preferences)
     select $1, 'Bulk', 'Customer ' || n, '{}' from generate_series(1, $2::int) as n`,
    [tenantId("a"), count],
  );

describe("change broadcast", () => {
  test("one message per statement, with ids and no columns", async () => {
    await client.query("update shared.customers set tags = '{vip}'");

    expect(await messages()).toEqual([
      {
        event: "update",
        private: true,
        payload: {
          schema: "shared",
          table: "customers",
          operation: "UPDATE",
          row_count: 2,
          ids: expect.toSatisfy(
            (ids: string[]) => [...ids].sort().join() === [idOf("a", 2, 0), idOf("a", 2, 1)].join(),
          ),
        },
      },
    ]);
  });

  test("a delete is broadcast too", async () => {
    await client.query("delete from retail.products where id = $1", [idOf("a", 7, 0)]);

    expect(await messages()).toMatchObject([
      { event: "delete", payload: { schema: "retail", table: "products", ids: [idOf("a", 7, 0)] } },
    ]);
  });

  test.each([
    [100, 100],
    [101, null],
    [5000, null],
  ])("%i rows are broadcast in one message with %s ids", async (count, ids) => {
    await insertCustomers(count);

    const sent = await messages();
    expect(sent).toMatchObject([{ payload: { row_count: count } }]);
    expect((sent[0]?.payload.ids as string[] | null)?.length ?? null).toBe(ids);
  });

  test("a statement over several tenants sends each tenant its own ids", async () => {
    await read("update shared.customers set tags = '{all}'");

    expect(await messages()).toMatchObject([{ payload: { row_count: 2 } }]);
    expect(await messages(`tenant:${tenantId("b")}:changes`)).toMatchObject([{ payload: { row_count: 3 } }]);
  });

  test("a statement that changes no row sends nothing", async () => {
    await client.query("update shared.customers set tags = '{x}' where false");

    expect(await messages()).toEqual([]);
  });

  test.each([
    "shared.customers",
    "shared.users",
    "home_services.work_orders",
    "restaurants.orders",
    "automotive.vehicles",
    "automotive.repair_orders",
    "retail.products",
    "retail.orders",
  ])("%s is covered by broadcast and publication", async (table) => {
    const rows = await read<{ events: string[]; published: boolean }>(
      `select
         array(select tgname::text from pg_trigger where tgrelid = $1::regclass and tgname like 'realtime_changes_%' order by 1) as events,
         exists (select from pg_publication_rel as r join pg_publication as p on p.oid = r.prpubid
                 where p.pubname = 'supabase_realtime' and r.prrelid = $1::regclass) as published`,
      [table],
    );

    expect(rows).toEqual([
      {
        events: ["realtime_changes_delete", "realtime_changes_insert", "realtime_changes_update"],
        published: true,
      },
    ]);
  });
});

describe("writes keep working", () => {
  const big = JSON.stringify({ blob: "x".repeat(200 * 1024) });
  const workOrder = `insert into home_services.work_orders (tenant_id, customer_id, service_type, metadata)
    values ('${tenantId("a")}', '${idOf("a", 2, 1)}', 'repair', $1)`;

  test("with a metadata value of 200 kB and a small message", async () => {
    expect(await attempt(client, workOrder, [big])).toEqual({ rows: 1 });
    expect(
      await attempt(client, "update home_services.work_orders set metadata = metadata || '{\"more\": true}'"),
    ).toEqual({ rows: 3 });

    const sent = await messages();
    expect(sent).toHaveLength(2);
    for (const message of sent) expect(JSON.stringify(message).length).toBeLessThan(1000);
  });

  test("control: the guide's pg_notify fails the same write", async () => {
    await client.query("reset role");
    const outcome = await attempt(client, "select pg_notify('realtime_changes', $1)", [big]);

    expect(outcome).toMatchObject({ code: "22023", message: "payload string too long" });
  });

  const breakages: [string, string][] = [
    ["no partition of realtime.messages", "drop-partitions"],
    ["realtime.send is missing", "drop-send"],
    ["realtime.send raises", "raise"],
  ];

  test.each(breakages)("while Realtime is down: %s", async (_what, how) => {
    const warnings: string[] = [];
    const listen = (notice: { message?: string | undefined }): void =>
      void warnings.push(notice.message ?? "");
    const admin = await database.cluster.client("supabase_admin");
    const repair = await breakRealtime(admin, how);
    client.on("notice", listen);
    try {
      expect(await attempt(client, workOrder, ["{}"])).toEqual({ rows: 1 });
      expect(warnings).toHaveLength(1);
      expect(await messages()).toEqual([]);
    } finally {
      client.off("notice", listen);
      await client.query("rollback");
      await repair();
      await client.query("begin");
    }
  });

  /** Breaks Realtime in a way that can happen on a real server, and returns the statements that repair it. */
  async function breakRealtime(admin: Client, how: string): Promise<() => Promise<unknown>> {
    switch (how) {
      case "drop-partitions": {
        const { rows } = await admin.query<{ name: string; bounds: string }>(
          `select inhrelid::regclass::text as name, pg_get_expr(relpartbound, oid) as bounds
           from pg_inherits join pg_class on oid = inhrelid where inhparent = 'realtime.messages'::regclass`,
        );
        for (const { name } of rows)
          await admin.query(`alter table realtime.messages detach partition ${name}`);
        return async () => {
          for (const { name, bounds } of rows) {
            await admin.query(`alter table realtime.messages attach partition ${name} ${bounds}`);
          }
        };
      }
      case "drop-send":
        await admin.query("alter function realtime.send(jsonb, text, text, boolean) rename to send_away");
        return () =>
          admin.query("alter function realtime.send_away(jsonb, text, text, boolean) rename to send");
      default:
        await admin.query(`
          alter function realtime.send(jsonb, text, text, boolean) rename to send_away;
          create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
          language plpgsql as $$ begin raise exception 'realtime is down'; end $$`);
        return () =>
          admin.query(`
            drop function realtime.send(jsonb, text, text, boolean);
            alter function realtime.send_away(jsonb, text, text, boolean) rename to send`);
    }
  }
});
