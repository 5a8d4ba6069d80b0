// Measures whether response times reveal what another tenant has. Alternates the same statement for a row that another tenant has
// and for one that does not exist, on the bundle and on the guide's SQL. One line of JSON per statement. `chance` is how often a
// guess by time alone identifies the two correctly: 0.5 is random. Run: npx tsx bench/sql/timing.ts [rounds]
import { performance } from "node:perf_hooks";
import type { Client } from "pg";
import { installGuide } from "../../tests/sql/attacks/guide";
import { member } from "../../tests/sql/support/actors";
import { startBundledDatabase } from "../../tests/sql/support/database";
import { idOf, seedWorld, tenantId } from "../../tests/sql/support/world";
import { median, report } from "./support";

const rounds = Number(process.argv[2] ?? 3000);
/** Customers of the other tenant: enough for indexes with several levels. */
const foreignCustomers = 20_000;
const target = { chance: 0.53 };

/** A statement, once for a row of the other tenant and once for a row that does not exist. */
interface Pair {
  readonly name: string;
  readonly elsewhere: string;
  readonly nowhere: string;
}

const nobody = "99999999-0002-4000-8000-000000000001";
const pair = (
  name: string,
  statement: (value: string) => string,
  exists: string,
  { none }: { readonly none: string },
): Pair => ({
  name,
  elsewhere: statement(exists),
  nowhere: statement(none),
});

const pairs: readonly Pair[] = [
  pair("customer by id", (id) => `select from shared.customers where id = '${id}'`, idOf("b", 2, 1), {
    none: nobody,
  }),
  pair(
    "customer by email",
    (email) => `select from shared.customers where email = '${email}'`,
    "customer1@b.example.com",
    { none: "customer1@n.example.com" },
  ),
  pair(
    "update by id",
    (id) => `update shared.customers set tags = '{}' where id = '${id}'`,
    idOf("b", 2, 1),
    { none: nobody },
  ),
  pair(
    "foreign key",
    (id) =>
      `insert into home_services.work_orders (tenant_id, customer_id, service_type) values ('${tenantId("a")}', '${id}', 'x')`,
    idOf("b", 2, 1),
    { none: nobody },
  ),
  pair(
    "unique key of the other tenant",
    (sku) =>
      `insert into retail.products (tenant_id, sku, name, price) values ('${tenantId("b")}', '${sku}', 'x', 1)`,
    "sku-0",
    { none: "sku-n" },
  ),
  pair("subdomain", (label) => `update shared.tenants set subdomain = '${label}'`, "tenant-b", {
    none: "tenant-n",
  }),
  pair("search", (name) => `select from shared.search_customers('${name}')`, "Quizzacious", {
    none: "Quixotically",
  }),
  pair(
    "search, a name of 20,000 others",
    (name) => `select from shared.search_customers('${name}')`,
    "First",
    { none: "Fyrst" },
  ),
  pair(
    "search, a part of a name of 20,000 others",
    (name) => `select from shared.search_customers('${name}')`,
    "irst",
    { none: "yrst" },
  ),
  pair(
    "search, a misspelt name of 20,000 others",
    (name) => `select from shared.search_customers('${name}')`,
    "Firrst",
    { none: "Fyrrst" },
  ),
  pair("guide: customer by id", (id) => `select from guide.customers where id = '${id}'`, idOf("b", 2, 1), {
    none: nobody,
  }),
];

async function main(): Promise<void> {
  const database = await startBundledDatabase();
  try {
    const client = database.postgres;
    await seedWorld(client);
    await client.query(
      `insert into shared.customers (tenant_id, first_name, last_name)
       select $1::uuid, 'First', md5(n::text) from generate_series(1, ${foreignCustomers}) as n
       union all select $1::uuid, 'Quizzacious', 'Last'`,
      [tenantId("b")],
    );
    await installGuide(client);
    const admin = await database.cluster.client("supabase_admin");
    await admin.query("vacuum analyze");
    await client.query("select set_config('request.jwt.claims', $1, false)", [
      JSON.stringify(member("a", "manager").claims),
    ]);
    await client.query("set role authenticated");
    for (const each of pairs) await compare(client, each);
  } finally {
    await database.remove();
  }
}

async function compare(client: Client, { name, elsewhere, nowhere }: Pair): Promise<void> {
  const times: Record<"elsewhere" | "nowhere", number[]> = { elsewhere: [], nowhere: [] };
  for (let round = 0; round < rounds; round++) {
    // The order changes from round to round, so that neither always comes first.
    const order = round % 2 === 0 ? (["elsewhere", "nowhere"] as const) : (["nowhere", "elsewhere"] as const);
    for (const which of order) {
      times[which].push(await microseconds(client, which === "elsewhere" ? elsewhere : nowhere));
    }
  }
  report({
    bench: "timing",
    statement: name,
    rounds,
    elsewhereMicroseconds: median(times.elsewhere),
    nowhereMicroseconds: median(times.nowhere),
    chance: chanceToTell(times.elsewhere, times.nowhere),
    target,
  });
}

/** Returns the duration of a statement, which is rolled back. The time of an error counts like that of any response. */
async function microseconds(client: Client, sql: string): Promise<number> {
  await client.query("begin");
  const begin = performance.now();
  await client.query(sql).catch(() => undefined);
  const taken = performance.now() - begin;
  await client.query("rollback");
  return taken * 1000;
}

/** Returns how often one side is the slower (or the faster) of a random pair: 0.5 to 1. */
function chanceToTell(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((time) => ({ time, own: true })), ...other.map((time) => ({ time, own: false }))];
  let below = 0;
  let wins = 0;
  for (const { own } of all.sort((a, b) => a.time - b.time)) {
    if (own) wins += below;
    else below++;
  }
  const share = wins / (one.length * other.length);
  return Math.max(share, 1 - share);
}

void main();
