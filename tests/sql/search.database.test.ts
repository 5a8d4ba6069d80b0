import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../support/random";
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
    ["nothing by a word that no name contains", "zzzzqqqq", []],
    ["nothing by a quote that is not closed", '"zzzzqqqq', []],
    ["nothing by a backslash at the end", "zzzz\\", []],
    ["nothing by an emoji", "😀", []],
    ["the beginning of a very long text", `lovelace ${" ".repeat(10_000)}zzzz`, ["Ada Lovelace"]],
    ["nothing by a megabyte of words, without delay", "y z".repeat(333_333), []],
  ])("finds %s", async (_what, wanted, names) => {
    expect(await search(wanted)).toEqual(names);
  });

  test("ranks an exact match first among 5,000 names that share a word", async () => {
    const { rows } = await client.query<{ name: string }>(
      `select first_name || ' ' || last_name as name from shared.customers
       where tenant_id = $1 and last_name = 'filler' order by id desc limit 1`,
      [tenantId("a")],
    );
    const name = rows[0]?.name ?? "";

    expect((await search(name))[0]).toBe(name);
    expect((await search(name.split(" ").reverse().join(" ")))[0]).toBe(name);
  });

  test("ranks at most 1,000 matches of each kind", async () => {
    const count = async (wanted: string): Promise<number> => {
      await client.query("begin");
      await client.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify(manager.claims),
      ]);
      const { rows } = await client.query("select from private.find_customers($1, 1000000)", [wanted]);
      await client.query("rollback");
      return rows.length;
    };

    // By word and by part these are the same 1,000; by spelling, others may be first.
    expect(await count("filler")).toBeGreaterThanOrEqual(1000);
    expect(await count("filler")).toBeLessThanOrEqual(2000);
    expect(await count("l")).toBe(1000);
  });

  test("returns at most the requested number, and never more than 200", async () => {
    expect(await search("filler", 3)).toHaveLength(3);
    expect(await search("filler", 100_000)).toHaveLength(200);
    expect(await search("filler", -1)).toEqual([]);
  });

  test("uses the index of the tenant's terms for each of the three kinds of search", async () => {
    const scans = async (): Promise<number> => {
      await client.query("select pg_stat_force_next_flush()");
      const { rows } = await client.query<{ scans: number }>(
        "select idx_scan::int as scans from pg_stat_user_indexes where indexrelname = 'customers_search_terms_idx'",
      );
      return rows[0]?.scans ?? Number.NaN;
    };
    const before = await scans();
    await search("lovelace");

    expect(await scans()).toBe(before + 3);
  });
});

describe("other tenants' rows", () => {
  /** Blocks that a statement reads the second time, with warm caches. */
  const blocksOf = async (statement: string): Promise<number> =>
    await as(database, manager, async (session) => {
      const explain = () => session.query(`explain (analyze, buffers, format json) ${statement}`);
      await explain();
      const plan = (await explain()).rows[0]["QUERY PLAN"][0].Plan;
      return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
    });

  beforeAll(async () => {
    await client.query(
      `insert into shared.customers (tenant_id, first_name, last_name, email)
       select $1, 'Bzyfzdyb', md5(n::text), 'q' || n || '@example.com' from generate_series(1, 3000) as n`,
      [tenantId("b")],
    );
    await client.query("vacuum analyze shared.customers");
  });

  // The names of tenant a contain none of these letters, because its own terms would count.
  const searched = (wanted: string): Promise<number> =>
    blocksOf(`select from shared.search_customers('${wanted}')`);

  test.each<[string, string, string]>([
    ["a word", "Bzyfzdyb", "Bzyczdyb"],
    ["a part", "zyfzdy", "zyczdy"],
    ["a misspelt word", "Bzyffzdyb", "Bzycczdyb"],
    ["a phrase", '"bzyfzdyb a"', '"bzyczdyb a"'],
    ["a negation", "-bzyfzdyb", "-bzyczdyb"],
    ["one of two words", "bzyfzdyb or zzzz", "bzyczdyb or zzzz"],
  ])("do not slow down a search for %s", async (_what, elsewhere, nowhere) => {
    const blocks = await searched(elsewhere);

    expect(blocks).toBe(await searched(nowhere));
    expect(blocks).toBeGreaterThan(0);
  });

  test("control: slow down a search in an index of all tenants' words", async () => {
    await client.query(
      "create index all_words_idx on shared.customers using gin (tenant_id, to_tsvector('simple', first_name))",
    );
    await client.query(
      `create function shared.search_all_words(word text) returns bigint language sql security definer
       set search_path = pg_catalog, pg_temp set enable_seqscan = off
       return (select count(*) from shared.customers
         where tenant_id = '${tenantId("a")}' and to_tsvector('simple', first_name) @@ to_tsquery('simple', word))`,
    );
    const control = (word: string) => blocksOf(`select shared.search_all_words('${word}')`);
    await client.query("grant execute on function shared.search_all_words(text) to authenticated");

    expect(await control("bzyfzdyb")).toBeGreaterThan(await control("bzyczdyb"));
    await client.query("drop function shared.search_all_words(text); drop index shared.all_words_idx");
  });

  test("are not in a pending list that every search reads", async () => {
    const { rows } = await client.query(
      "select reloptions from pg_class where oid = 'shared.customers_search_terms_idx'::regclass",
    );

    expect(rows).toEqual([{ reloptions: ["fastupdate=off"] }]);
  });

  test("are not in the planner's statistics of the index", async () => {
    const { rows } = await client.query(
      "select from pg_statistic where starelid = 'shared.customers_search_terms_idx'::regclass",
    );

    expect(rows).toEqual([]);
  });
});

test("search finds the same rows as a comparison with every row", async () => {
  const random = seededRandom(20261129);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const syllables = [
    "ma",
    "ri",
    "an",
    "jo",
    "ß",
    "é",
    "ö",
    "山田",
    "o'",
    "-",
    "th",
    "li",
    "Ńe",
    "42",
    " ",
    "_",
    "%",
    "\\",
  ];
  const word = () => Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(syllables)).join("");
  const few = member("b", "manager");
  await client.query(
    "delete from shared.customers where tenant_id = $1 and last_name ~ '^([0-9a-f]{32}|filler)$'",
    [tenantId("b")],
  );
  const names = Array.from({ length: 400 }, () => [`${word()}x`, `${word()} ${word()}y`]);
  for (const [first, last] of names) {
    await client.query(
      "insert into shared.customers (tenant_id, first_name, last_name) values ($1, $2, $3)",
      [tenantId("b"), first, last],
    );
  }
  const quoted = (name: string) => `"${name}"`;
  const changes: readonly ((name: string) => string)[] = [
    (name) => name,
    (name) => name.slice(1 + Math.floor(random() * 3)),
    (name) => name.slice(0, 2 + Math.floor(random() * 4)),
    (name) => name.replace(/[aeio]/, "u"),
    (name) => name.toUpperCase(),
    (name) => `${word()} ${name}`,
    (name) => `${name} or ${word()}`,
    (name) => `${name} -${word()}`,
    (name) => `-${name}`,
    quoted,
    (name) => `-${quoted(name)}`,
    (name) => `${word()} or ${quoted(name)} -${word()}`,
  ];
  for (let round = 0; round < 100; round++) {
    const wanted = pick(changes)(pick(names).join(" "));
    const found = await as(database, few, async (session) => {
      await session.query("reset role");
      const { rows } = await session.query("select private.find_customers($1, 1000000) as id order by 1", [
        wanted,
      ]);
      return rows.map(({ id }) => id);
    });
    const { rows } = await client.query(
      `select id from shared.customers,
         lower(first_name || ' ' || last_name) as name,
         to_tsvector('simple', first_name || ' ' || last_name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '')) as words
       where tenant_id = $1 and (
         words @@ websearch_to_tsquery('simple', $2)
         or strpos(name, lower($2)) > 0
         or extensions.word_similarity(lower($2), name) >= 0.6)
       order by 1`,
      [tenantId("b"), wanted],
    );

    expect(found, wanted).toEqual(rows.map(({ id }) => id));
  }
});
