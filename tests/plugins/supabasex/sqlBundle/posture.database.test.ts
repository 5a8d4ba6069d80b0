import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalogInTransaction } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { maxUsersTableBytes } from "../../../../plugins/supabasex/provider/sqlBundle/catalog/kinds/accounts";
import { majorOf } from "../../../support/cluster";
import { driftBundleDirectory, driftPrerequisites, harmlessChanges } from "../../../support/drift";
import {
  limitWorld,
  type PostureChange,
  postureChanges,
  postureWorld,
  postureWorldOfSuperuser,
  quietChanges,
  usedTextWorld,
  usedWorld,
  usedWorldOfSuperuser,
} from "../../../support/drift/postureChanges";
import { unseenChanges } from "../../../support/drift/unseenChanges";
import { sliceOnServer } from "../../../support/slice";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases } from "./support";

// Access outside of the bundle, on one database that is reset after each change.
const databases = new Databases();
let hands: Readonly<Record<"postgres" | "supabase_admin", pg.Client>>;
let bundle: BundleUnderTest;
let major: number;

beforeAll(async () => {
  await databases.start();
  const { cluster } = databases;
  hands = { postgres: await cluster.client(), supabase_admin: await cluster.client("supabase_admin") };
  await hands.postgres.query(driftPrerequisites);
  await hands.postgres.query(postureWorld);
  await hands.supabase_admin.query(postureWorldOfSuperuser);
  await hands.postgres.query(usedWorld);
  await hands.postgres.query(usedTextWorld);
  await hands.supabase_admin.query(usedWorldOfSuperuser);
  await hands.supabase_admin.query(limitWorld);
  bundle = await databases.bundle(driftFiles(), { watch: "database" });
  await bundle.up();
  major = await majorOf(hands.postgres);
});
afterAll(() => databases.stop());

function driftFiles(): Record<string, string> {
  const names = readdirSync(driftBundleDirectory, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    names
      .filter((name) => name.endsWith(".sql"))
      .map((name) => [name, readFileSync(path.join(driftBundleDirectory, name), "utf8")]),
  );
}

async function run(change: PostureChange, statements: string): Promise<void> {
  const hand = hands[change.as ?? "postgres"];
  await hand.query("begin");
  try {
    await hand.query(statements);
    await hand.query("commit");
  } catch (error) {
    await hand.query("rollback");
    throw error;
  }
}

const pathOf = (report: string) => report.slice(report.indexOf(" ") + 1);

test("nothing is reported after a first and a second deployment", async () => {
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});

describe("a change outside of the bundle is reported by object and property until it is reverted", () => {
  const cases = sliceOnServer(postureChanges, { first: 4, second: 8 }).map(
    (change) => [change.name, change] as const,
  );
  test.each(cases)("%s", async (_, made) => {
    if (made.from !== undefined && major < made.from) return;
    bundle.logs = [];
    try {
      await run(made, made.change);
      const paths = await bundle.refresh();

      expect(paths).toEqual(expect.arrayContaining(made.reports.map(pathOf)));
      if (made.andFurther !== true) expect(paths.sort()).toEqual(made.reports.map(pathOf).sort());
      const [warning = ""] = bundle.logs;
      expect(warning.split("\n")[1]).toMatch(new RegExp(`^  ${made.severity} `));
      const outlook = JSON.stringify(bundle.state?.inputs.live);
      if (made.takenBackBy !== undefined)
        expect(outlook).toContain(JSON.stringify(made.takenBackBy).slice(1, -1));
      expect(outlook).toContain("to accept it: sql.accept: ");
      expect(JSON.stringify(bundle.state)).not.toContain("do-not-print-this");
    } finally {
      await run(made, made.reverse);
    }
    // Remainders of the reversal would be in the next exact list. A list that may contain more is checked here.
    if (made.andFurther === true) expect(await bundle.refresh()).toEqual([]);
  });

  test("after the last reversal nothing is reported", async () => {
    expect(await bundle.refresh()).toEqual([]);
  });
});

describe("an ordinary change is not reported", () => {
  test.each(quietChanges)("$name", async ({ change, reverse }) => {
    await hands.supabase_admin.query(change);
    try {
      expect(await bundle.refresh()).toEqual([]);
    } finally {
      await hands.supabase_admin.query(reverse);
    }
  });
});

describe("a change that no report shows, according to docs/drift.md", () => {
  const statements = unseenChanges.flatMap(({ name, by }) => (by === undefined ? [] : [{ name, ...by }]));

  test.each(statements)("$name", async ({ change, reverse }) => {
    await hands.supabase_admin.query(change);
    try {
      expect(await bundle.refresh()).toEqual([]);
    } finally {
      await hands.supabase_admin.query(reverse);
    }
  });

  test("control: a role with a password that may log in is reported", async () => {
    await hands.supabase_admin.query("alter role reporting login password 'do-not-print-this'");
    try {
      expect(await bundle.refresh()).toEqual(['live["role reporting"].login']);
      expect(JSON.stringify(bundle.state)).not.toContain("do-not-print-this");
    } finally {
      await hands.supabase_admin.query("alter role reporting nologin password null");
    }
  });
});

test("accounts with a role of the application are not reported, and the first one with another role is", async () => {
  const add = async (email: string, role: string) =>
    await hands.supabase_admin.query(
      "insert into auth.users (id, email, role, aud) values (gen_random_uuid(), $1, $2, 'authenticated')",
      [email, role],
    );

  await add("second.editor@example.com", "editor");
  expect(await bundle.refresh()).toEqual([]);
  await add("first.critic@example.com", "critic");
  expect(await bundle.refresh()).toEqual(['live["accounts"].roles']);

  await hands.supabase_admin.query(
    "delete from auth.users where email in ('second.editor@example.com', 'first.critic@example.com')",
  );
});

test("accounts are not read from a large table, which is not reported as a difference", async () => {
  // One row on each page.
  await hands.supabase_admin.query("alter table auth.users set (fillfactor = 10)");
  await hands.supabase_admin.query(
    `insert into auth.users (id, role, aud, phone_change)
     select gen_random_uuid(), 'service_role', 'authenticated', repeat('x', 900)
     from generate_series(1, $1)`,
    [maxUsersTableBytes / 8192 + 1],
  );

  const whileLarge = await bundle.refresh();
  const { rows } = await hands.postgres.query("select pg_relation_size('auth.users') as size");
  await hands.supabase_admin.query("delete from auth.users where email is null");
  await hands.supabase_admin.query("alter table auth.users reset (fillfactor)");
  await hands.supabase_admin.query("vacuum full auth.users");

  expect(Number(rows[0]?.size)).toBeGreaterThan(maxUsersTableBytes);
  expect(whileLarge).toEqual([]);
  expect(await bundle.refresh()).toEqual([]);
});

test("a known OAuth client is compared, regardless of how many others registered", async () => {
  await hands.supabase_admin.query("alter table auth.oauth_clients set (fillfactor = 10)");
  await hands.supabase_admin.query(
    `insert into auth.oauth_clients (id, client_name, redirect_uris, grant_types, registration_type)
     select gen_random_uuid(), repeat('x', 900), '', '', 'dynamic' from generate_series(1, $1)`,
    [maxUsersTableBytes / 8192 + 1],
  );
  const known = "where registration_type = 'manual'";

  const whileLarge = await bundle.refresh();
  await hands.supabase_admin.query(
    `update auth.oauth_clients set redirect_uris = 'https://evil.example' ${known}`,
  );
  const afterChange = await bundle.refresh();
  await hands.supabase_admin.query(
    `update auth.oauth_clients set redirect_uris = 'https://example.org' ${known}`,
  );
  await hands.supabase_admin.query("delete from auth.oauth_clients where registration_type = 'dynamic'");
  await hands.supabase_admin.query("alter table auth.oauth_clients reset (fillfactor)");
  await hands.supabase_admin.query("vacuum full auth.oauth_clients");

  expect(whileLarge).toEqual([]);
  expect(afterChange).toEqual(['live["OAuth client 00000000-0000-4000-8000-0000000000cd"].content']);
  expect(await bundle.refresh()).toEqual([]);
});

test("identity providers and clients that the role may not read any more are not reported as missing", async () => {
  const tables = "auth.oauth_clients, auth.saml_providers, auth.sso_domains, auth.sso_providers";
  const { rows } = await hands.supabase_admin.query<{ grants: string }>(
    `select string_agg(format('grant %s on %s to postgres%s', a.privilege_type, c.oid::regclass,
       case when a.is_grantable then ' with grant option' else '' end), '; ') as grants
     from pg_class c cross join aclexplode(c.relacl) a
     where c.oid = any (string_to_array($1, ', ')::regclass[]) and a.grantee = 'postgres'::regrole`,
    [tables],
  );
  await hands.supabase_admin.query(
    `set role supabase_auth_admin; revoke all on ${tables} from postgres cascade; reset role`,
  );

  const unread = await bundle.refresh();
  await hands.supabase_admin.query(`set role supabase_auth_admin; ${rows[0]?.grants}; reset role`);

  expect(unread.filter((path) => /OAuth client|SAML provider|SSO (domain|provider)/.test(path))).toEqual([]);
  expect(unread).not.toEqual([]);
  expect(await bundle.refresh()).toEqual([]);
});

test("an upgrade of Auth that adds columns with defaults is no change of the OAuth clients", async () => {
  await hands.supabase_admin.query(
    `alter table auth.oauth_clients add column client_type text not null default 'confidential',
       add column token_endpoint_auth_method text;
     update auth.oauth_clients set token_endpoint_auth_method = 'client_secret_basic'`,
  );

  const upgraded = await bundle.refresh();
  await hands.supabase_admin.query("update auth.oauth_clients set client_type = 'public'");
  const opened = await bundle.refresh();
  await hands.supabase_admin.query(
    "alter table auth.oauth_clients drop column client_type, drop column token_endpoint_auth_method",
  );

  expect(upgraded).toEqual(
    ["columnTypes", "defaults"].map((property) => `live["table auth.oauth_clients"].${property}`),
  );
  expect(opened).toContain('live["OAuth client 00000000-0000-4000-8000-0000000000cd"].content');
  expect(await bundle.refresh()).toEqual([]);
});

test("the server and the options of a foreign table in a schema of the platform are read", async () => {
  const { supabase_admin: admin } = hands;
  await admin.query("begin");
  await admin.query(
    "create foreign table extensions.orders (id bigint) server partner options (table_name 'orders')",
  );
  const { catalog } = await readCatalogInTransaction(admin);
  await admin.query("rollback");

  expect(catalog["foreign table extensions.orders"]).toMatchObject({
    server: "partner",
    wrapperOptions: { table_name: "orders" },
  });
});

test("normal activity of a database is not reported", async () => {
  for (const { name, statements, as = "postgres" } of harmlessChanges) {
    for (const statement of statements) await hands[as].query(statement);
    expect(await bundle.refresh(), name).toEqual([]);
  }
});
