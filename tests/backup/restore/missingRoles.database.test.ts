import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../../backup/commands/restore";
import { failureOf } from "../support/commands";
import { type PlainBackup, PlainServer } from "../support/plainServer";

// A backup omits superusers. If one of them owns an object or has a grant, a restore needs a role of that name.

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

const answers = (database: string, query: string) =>
  server.withClient(database, async (client) => (await client.query(query)).rows);

/** Backs up a new database in which a superuser has a part, and removes the database and the superuser. */
async function backUpWithout(superuser: string, database: string, script: string): Promise<PlainBackup> {
  await server.admin.query(`create role ${superuser} superuser`);
  const backup = await server.backUp(database, script);
  await server.admin.query(`drop database ${database}`);
  await server.admin.query(`drop role ${superuser}`);
  return backup;
}

describe("a role that neither the backup nor the target has", () => {
  it.each([
    [
      "owner",
      "create table public.things (id int);\nalter table public.things owner to $role;",
      "table public.things",
    ],
    [
      "grantee",
      "create table public.things (id int);\ngrant select on public.things to $role;",
      "table public.things",
    ],
    [
      "grantee of a function",
      "create function public.f() returns int language sql as 'select 1';\nrevoke execute on function public.f() from public;\ngrant execute on function public.f() to $role;",
      "routine public.f()",
    ],
    [
      "role of default privileges",
      "create table public.things (id int);\nalter default privileges for role $role grant select on tables to public;",
      "default privileges of $role on tables",
    ],
  ])(
    "%s: the restore is refused before anything is changed, and succeeds with the role",
    async (part, script, object) => {
      const role = `boss_${part.replaceAll(" ", "_")}`;
      const target = `target_${role}`;
      const backup = await backUpWithout(role, `source_${role}`, script.replaceAll("$role", role));
      await server.admin.query(`create database ${target}`);
      await answers(target, "create table public.before as select 1 as n");
      const context = backup.into(target);
      const request = { run: backup.run, replace: target };

      const { message, exitCode } = await failureOf(restore(request, context));

      expect(message).toContain(`"${role}" (${object.replace("$role", role)})`);
      expect(message).toContain(`Create them in the target (\`create role "${role}"\`)`);
      expect(exitCode).toBe(10);
      expect(await answers(target, "select n from public.before")).toEqual([{ n: 1 }]);

      await server.admin.query(`create role ${role}`);
      await restore(request, backup.into(target));
      expect(await answers(target, "select to_regclass('public.before') as before")).toEqual([
        { before: null },
      ]);
    },
  );

  it("negative control: a superuser without objects and grants is not needed", async () => {
    const backup = await backUpWithout("idle_boss", "source_idle", "create table public.things (id int);");

    await server.restoreInto("target_idle", backup);

    expect(await answers("target_idle", "select id from public.things")).toEqual([]);
  });
});
