import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Catalog,
  diffCatalogs,
  differencePath,
  extendExpectation,
  fingerprint,
  readCatalog,
  readCatalogInTransaction,
} from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { startTestCluster, type TestCluster } from "../../../support/cluster";

let cluster: TestCluster;
let client: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  client = await cluster.client();
});

afterAll(async () => {
  await cluster?.remove();
});

beforeEach(async () => {
  await client.query("drop schema if exists shop, other cascade");
});

/** Returns the expectation after a file with these statements was applied. */
async function applied(expected: Catalog, statements: string): Promise<Catalog> {
  await client.query("begin");
  const before = await readCatalogInTransaction(client);
  await client.query(statements);
  const after = await readCatalogInTransaction(client);
  await client.query("commit");
  return extendExpectation(expected, before, after);
}

async function reports(expected: Catalog): Promise<string[]> {
  const differences = diffCatalogs(expected, await readCatalog(client));
  return differences.map((difference) => `${difference.kind} ${differencePath(difference)}`);
}

const shop = `
  create schema shop;
  create table shop.orders (id bigint primary key, note text);
  create function shop.is_open() returns boolean language sql as $$ select true $$;
  create policy own on shop.orders using (shop.is_open());`;

const rogue = "create policy rogue on shop.orders using (shop.is_open())";

describe("a rogue policy stays reported", () => {
  test("after an unrelated file changes", async () => {
    const expected = await applied({}, shop);
    await client.query(rogue);

    const extended = await applied(expected, "create table shop.returns (id bigint primary key)");

    expect(await reports(extended)).toEqual(['extra live["policy shop.orders rogue"]']);
  });

  test("when a file renames the table that it is on", async () => {
    const expected = await applied({}, shop);
    await client.query(rogue);

    const extended = await applied(expected, "alter table shop.orders rename to purchases");

    expect(await reports(extended)).toEqual(['extra live["policy shop.purchases rogue"]']);
  });

  test("when a file renames the function that it calls", async () => {
    const expected = await applied({}, shop);
    await client.query(rogue);

    const extended = await applied(expected, "alter function shop.is_open() rename to is_ready");

    expect(await reports(extended)).toEqual(['extra live["policy shop.orders rogue"]']);
  });

  test("until a file drops and creates it, which makes it part of the bundle", async () => {
    const expected = await applied({}, shop);
    await client.query(rogue);

    const extended = await applied(expected, `drop policy rogue on shop.orders; ${rogue}`);

    expect(await reports(extended)).toEqual([]);
  });
});

test("a property that drifted stays reported when a file changes another one of the same object", async () => {
  const expected = await applied({}, shop);
  await client.query("alter function shop.is_open() security definer");

  const extended = await applied(
    expected,
    "create or replace function shop.is_open() returns boolean language sql stable security definer as 'select true'",
  );

  expect(await reports(extended)).toEqual(['changed live["function shop.is_open()"].security']);
});

test("a file that sets a drifted property makes the new value expected", async () => {
  const expected = await applied({}, shop);
  await client.query("alter function shop.is_open() security definer");

  const extended = await applied(
    expected,
    "create or replace function shop.is_open() returns boolean language sql as $$ select true $$",
  );

  expect(await reports(extended)).toEqual([]);
});

describe("on a database that is not empty", () => {
  const other = `
    create schema other;
    create table other.people (id bigint primary key, name text);
    create policy theirs on other.people using (true);`;

  test("objects that no file created are neither expected nor reported", async () => {
    await client.query(other);

    const expected = await applied({}, shop);

    expect(Object.keys(expected).filter((identity) => identity.includes("other"))).toEqual([]);
    expect(await reports(expected)).toEqual([]);
  });

  test("of a table that a file only altered, only the altered properties are compared", async () => {
    await client.query(other);
    const expected = await applied({}, "alter table other.people enable row level security");

    await client.query(
      "comment on table other.people is 'People'; create policy more on other.people using (true)",
    );
    expect(await reports(expected)).toEqual([]);

    await client.query("alter table other.people disable row level security");
    expect(await reports(expected)).toEqual(['changed live["table other.people"].rowSecurity']);
  });

  test("of the grants on a schema that a file only altered, only those to the file's grantee are compared", async () => {
    await client.query(other);
    const expected = await applied({}, "grant usage on schema other to authenticated");

    await client.query("grant usage on schema other to anon");
    expect(await reports(expected)).toEqual([]);

    await client.query("revoke usage on schema other from authenticated");
    expect(await reports(expected)).toEqual(['changed live["schema other"].grants']);
  });

  test("a table to which a file added a policy is checked for extra policies", async () => {
    await client.query(other);
    const expected = await applied({}, "create policy ours on other.people for select using (true)");
    expect(await reports(expected)).toEqual(['extra live["policy other.people theirs"]']);
  });
});

test("an object that a file drops is no longer expected", async () => {
  const expected = await applied({}, shop);
  const extended = await applied(expected, "drop policy own on shop.orders; drop function shop.is_open()");
  expect(await reports(extended)).toEqual([]);
  expect(extended["function shop.is_open()"]).toBeUndefined();
});

describe("reading", () => {
  test("in the caller's transaction keeps its settings and changes", async () => {
    await client.query("begin");
    await client.query("set local search_path = storage; set local datestyle = 'German'");
    await client.query("create schema shop");

    const { catalog } = await readCatalogInTransaction(client);

    const { rows } = await client.query(
      "select current_setting('search_path') as path, current_setting('datestyle') as style",
    );
    await client.query("rollback");
    expect(rows).toEqual([{ path: "storage", style: "German, DMY" }]);
    expect(catalog["schema shop"]).toEqual({ owner: "postgres", grants: {} });
  });

  test("returns the same text for all session settings", async () => {
    await client.query(`${shop}
      create view shop.late as select o.id, interval '1 day' as term, date '2026-02-01' as day, 0.1::float8 as share
        from shop.orders o;
      create index on shop.orders (note) where length(note) > 3;`);
    const plain = fingerprint(await readCatalog(client));

    const session = await cluster.client();
    await session.query(`set search_path = shop, public; set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601';
      set extra_float_digits = -3; set quote_all_identifiers = on; set timezone = 'Asia/Tokyo'`);

    expect(fingerprint(await readCatalog(session))).toBe(plain);
  });

  test("sends two statements between begin and commit, and is read-only", async () => {
    const session = await cluster.client();
    const sent: string[] = [];
    const query = session.query.bind(session) as (...args: unknown[]) => unknown;
    session.query = ((...args: unknown[]) => {
      const [config] = args;
      sent.push(typeof config === "string" ? config : (config as { text: string }).text);
      return query(...args);
    }) as typeof session.query;

    await readCatalog(session);

    expect(sent.map((text) => text.trim().split(/\s/, 1)[0])).toEqual([
      "begin",
      "select",
      "prepare",
      "commit",
    ]);
    expect(sent[0]).toBe("begin transaction isolation level repeatable read read only");
  });

  test("names with special characters are quoted and split correctly", async () => {
    await client.query(`create schema shop; create table shop."Or.der ""s" ("A b" text)`);
    const expected = await applied({}, `create policy "p. q" on shop."Or.der ""s" using ("A b" <> '')`);
    await client.query(`create policy "r s" on shop."Or.der ""s" using (true)`);
    expect(await reports(expected)).toEqual([String.raw`extra live["policy shop.\"Or.der \"\"s\" \"r s\""]`]);
  });
});

test("with a trigger of the bundle on a platform table, extra triggers are reported, and those of the platform are not", async () => {
  const expected = await applied(
    {},
    `create schema shop;
     create function shop.note() returns trigger language plpgsql as $$ begin return new; end $$;
     create trigger note after insert on storage.objects for each row execute function shop.note()`,
  );
  expect(await reports(expected)).toEqual([]);

  await client.query(
    "create trigger copy after insert on storage.objects for each row execute function shop.note()",
  );
  expect(await reports(expected)).toEqual(['extra live["trigger storage.objects copy"]']);
});
