import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeMemberships } from "../../../backup/postgres/memberships";
import { createRoles } from "../../../backup/restore/begin";
import { startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let admin: pg.Client;
let hasOptions = false;

beforeAll(async () => {
  cluster = await startTestCluster();
  admin = await cluster.client("supabase_admin");
  await admin.query("create role stranger createrole");
  const { rows } = await admin.query("select current_setting('server_version_num')::int >= 160000 as has");
  hasOptions = rows[0]?.has;
});

afterAll(async () => {
  await cluster?.remove();
});

beforeEach(async () => {
  await admin.query(`
    drop role if exists made;
    drop role if exists "The maker";
    drop role if exists plain;
    create role "The maker" createrole;
    create role plain;
    set role "The maker";
    create role made;
    reset role;
    grant made to plain`);
});

/** Runs the statements as a role, and returns what a restore prints. */
async function restoreAs(role: string, statements: readonly string[]): Promise<string[]> {
  const printed: string[] = [];
  await admin.query(`set role ${role}`);
  try {
    await createRoles(admin, statements.join("\n"), (line) => printed.push(line));
  } finally {
    await admin.query("reset role");
  }
  return printed;
}

describe("a membership with only ADMIN", () => {
  it("is omitted and printed if the target lacks its member, and the others are granted", async ({
    skip,
  }) => {
    skip(!hasOptions, "before version 16, memberships have no options");
    const statements = await describeMemberships(admin, ["made"]);
    await admin.query('drop role "The maker"; revoke made from plain');

    expect(await restoreAs("supabase_admin", statements)).toEqual([
      'not restored: membership of role "The maker" in "made" with only ADMIN: a role does not exist on this server (42704)',
    ]);

    const { rows } = await admin.query(
      "select member::regrole::text from pg_auth_members where roleid = 'made'::regrole",
    );
    expect(rows).toEqual([{ member: "plain" }]);
  });

  it("is omitted and printed if the restoring role may not grant it", async ({ skip }) => {
    skip(!hasOptions, "before version 16, memberships have no options");
    const statements = await describeMemberships(admin, ["made"]);
    await admin.query('revoke made from "The maker"');

    expect(await restoreAs("stranger", statements)).toEqual([
      'not restored: membership of role "The maker" in "made" with only ADMIN: the restoring role may not grant it (42501)',
    ]);

    // The control: a membership with privileges is not omitted.
    await admin.query("revoke made from plain");
    await expect(restoreAs("stranger", statements)).rejects.toThrow(
      /^Nothing was restored, because the target refuses a role /,
    );
  });
});

it("a membership that contradicts one of the target is not granted, and the others are", async () => {
  await admin.query("grant made to plain with admin option");
  const statements = await describeMemberships(admin, ["made", "plain", "The maker"]);
  await admin.query('revoke made from plain; grant plain to made; revoke made from "The maker"');

  // A restore compares memberships later, and reports what is still different.
  expect(await restoreAs("supabase_admin", statements)).toEqual([]);

  const { rows } = await admin.query(
    `select member::regrole::text, roleid::regrole::text as "of" from pg_auth_members
     where member in ('made'::regrole, 'plain'::regrole) and roleid in ('made'::regrole, 'plain'::regrole)`,
  );
  expect(rows).toEqual([{ member: "made", of: "plain" }]);
});

it("a membership of a role that is not the application's is printed if it contradicts one of the target", async () => {
  const statements = await describeMemberships(admin, ["made"]);
  await admin.query("revoke made from plain; grant plain to made");

  // Memberships of such a role are not compared later.
  expect(await restoreAs("supabase_admin", statements)).toEqual([
    'not restored: membership of role "plain" in "made": it contradicts memberships of this server (0LP01)',
  ]);
});
