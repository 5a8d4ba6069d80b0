import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, member } from "./support/actors";
import { type BundledDatabase, startBundledDatabase } from "./support/database";
import { seedWorld, tenantId } from "./support/world";

let database: BundledDatabase;
let client: Client;
const manager = member("a", "manager");

beforeAll(async () => {
  database = await startBundledDatabase();
  client = database.postgres;
  await seedWorld(client);
  const people: [string, string, string | null, string | null][] = [
    ["Ada", "Lovelace", "ada@engines.example.com", "+44 20 7946 0000"],
    ["Grace", "Hopper", "grace@navy.example.com", null],
    ["Adam", "Smith", null, null],
    ["Per_cent", "100%", null, null],
  ];
  for (const [first, last, email, phone] of people) {
    await client.query(
      "insert into shared.customers (tenant_id, first_name, last_name, email, phone) values ($1, $2, $3, $4, $5)",
      [tenantId("a"), first, last, email, phone],
    );
  }
  await client.query(
    `insert into shared.customers (tenant_id, first_name, last_name)
     select tenant, translate(md5(n::text), '0123456789abcdef', 'ghijkmnopqrtuvwx'), 'filler' from generate_series(1, 5000) as n, unnest($1::uuid[]) as tenant`,
    [[tenantId("a"), tenantId("b")]],
  );
  await client.query("vacuum analyze shared.customers");
});

afterAll(async () => await database.remove());

const search = async (wanted: string, maximum = 50): Promise<string[]> =>
  await as(database, manager, async (session) => {
    const { rows } = await session.query<{ name: string }>(
      "select first_name || ' ' || last_name as name from shared.search_customers($1, $2)",
      [wanted, maximum],
    );
    return rows.map((row) => row.name);
  });

describe("search", () => {
  test.each<[string, string, string[]]>([
    ["a whole word", "lovelace", ["Ada Lovelace"]],
    ["a part of a name, best first", "ada", ["Ada Lovelace", "Adam Smith"]],
    ["a misspelt name", "lovelase", ["Ada Lovelace"]],
    ["an address", "grace@navy.example.com", ["Grace Hopper"]],
    ["words in any order", "hopper grace", ["Grace Hopper"]],
    ["a wildcard, which is text", "100%", ["Per_cent 100%"]],
    ["an underscore, which is text", "r_c", ["Per_cent 100%"]],
    ["nothing that is there", "zzzzqqqq", []],
    ["nothing by a quote that is not closed", '"zzzzqqqq', []],
    ["nothing by a backslash at the end", "zzzz\\", []],
    ["nothing by a face", "😀", []],
    ["the beginning of what is very long", `lovelace ${" ".repeat(10_000)}zzzz`, ["Ada Lovelace"]],
    ["nothing by a megabyte of words, at once", "y z".repeat(333_333), []],
  ])("finds %s", async (_what, wanted, names) => {
    expect(await search(wanted)).toEqual(names);
  });

  test("ranks the whole name first among 5,000 that share a word", async () => {
    const { rows } = await client.query<{ name: string }>(
      `select first_name || ' ' || last_name as name from shared.customers
       where tenant_id = $1 and last_name = 'filler' order by id desc limit 1`,
      [tenantId("a")],
    );
    const name = rows[0]?.name ?? "";

    expect((await search(name))[0]).toBe(name);
    expect((await search(name.split(" ").reverse().join(" ")))[0]).toBe(name);
  });

  test("ranks at most 1,000 of each kind of match", async () => {
    const count = async (wanted: string): Promise<number> => {
      await client.query("begin");
      await client.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify(manager.claims),
      ]);
      const { rows } = await client.query("select from private.find_customers($1, 1000000)", [wanted]);
      await client.query("rollback");
      return rows.length;
    };

    // By word and by part these are the same 1,000; by spelling, others may come first.
    expect(await count("filler")).toBeGreaterThanOrEqual(1000);
    expect(await count("filler")).toBeLessThanOrEqual(2000);
    expect(await count("l")).toBe(1000);
  });

  test("gives no more than asked for, and never more than 200", async () => {
    expect(await search("filler", 3)).toHaveLength(3);
    expect(await search("filler", 100_000)).toHaveLength(200);
    expect(await search("filler", -1)).toEqual([]);
  });

  test("uses both indexes, led by the tenant", async () => {
    const scans = async (): Promise<Record<string, number>> => {
      await client.query("select pg_stat_force_next_flush()");
      const { rows } = await client.query<{ name: string; scans: number }>(
        `select indexrelname::text as name, idx_scan::int as scans from pg_stat_user_indexes
         where relid = 'shared.customers'::regclass and indexrelname in
           ('customers_tenant_id_words_idx', 'customers_tenant_id_name_trigrams_idx')`,
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.scans]));
    };
    const before = await scans();
    await search("lovelace");
    const after = await scans();

    expect(Object.keys(before)).toHaveLength(2);
    for (const [name, count] of Object.entries(before)) expect(after[name], name).toBeGreaterThan(count);
  });
});
