import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restore } from "../../backup/commands/restore";
import { failureOf } from "./support/commands";
import { PlainServer } from "./support/plainServer";
import { takePortrait } from "./support/portrait";

// Statements of a restore that fail because of something outside of the database.

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
});

afterAll(() => server?.remove());

/** Returns the SQL of a function that only works with a setting, and otherwise raises an error with this code. */
const failing = (name: string, code: string): string =>
  `create function public.${name}() returns int language plpgsql as $$ begin if current_setting('app.works', true) = 'yes' then return 1; end if; raise exception 'it is gone' using errcode = '${code}'; end $$;`;

describe("a foreign server, a file, a library or an extension that fails during a restore", () => {
  it("is reported with the statement that needs it, and everything else is restored", async () => {
    const { username, password, port } = new URL(server.urlOf("postgres"));
    const backup = await server.backUp(
      "outside_source",
      `
create table public.kept (id int generated always as identity, t text);
insert into public.kept (t) values ('a'), ('b');
create extension postgres_fdw;
create server elsewhere foreign data wrapper postgres_fdw options (host '127.0.0.1', port '${port}', dbname 'outside_source');
create user mapping for public server elsewhere options (user '${username}', password '${decodeURIComponent(password)}');
create foreign table public.remote (id int, t text) server elsewhere options (table_name 'kept');
create materialized view public.of_server as select * from public.remote;
alter server elsewhere options (set port '1');
create extension file_fdw;
create server files foreign data wrapper file_fdw;
create foreign table public.lines (t text) server files options (filename '/etc/hostname');
create materialized view public.of_file as select * from public.lines;
alter foreign table public.lines options (set filename '/etc/no such file');
create function public.of_library(int) returns int language c as '$libdir/pgcrypto', 'pg_digest';
update pg_proc set probin = '$libdir/no_such_library' where oid = 'public.of_library'::regproc;
${failing("of_extension", "XX000")}
set app.works = 'yes';
create materialized view public.of_internal_error as select public.of_extension() as n;
create materialized view public.counted as select count(*) from public.kept;
`,
    );
    await server.admin.query("create database outside_target");
    const context = backup.into("outside_target");

    const { message, exitCode } = await failureOf(restore({ run: backup.run }, context));

    expect(exitCode).toBe(10);
    expect(message).toMatch(/^Everything was restored except /);
    const printed = context.printed.join("\n");
    expect(printed).toMatch(
      /could not connect to server "elsewhere"\nrefresh materialized view "public"\."of_server";/,
    );
    expect(printed).toMatch(/No such file or directory\nrefresh materialized view "public"\."of_file";/);
    expect(printed).toMatch(
      /no_such_library": No such file or directory\nCREATE FUNCTION public\.of_library\(/,
    );
    expect(printed).toMatch(/it is gone\nrefresh materialized view "public"\."of_internal_error";/);
    // The control: one that does not fail.
    expect(printed).not.toContain("counted");
    const missing = ["of_server", "of_file", "of_internal_error"].map((name) => `"public"."${name}"`);
    const { rows, sequences } = await takePortrait(server.urlOf("outside_source"));
    const restored = await takePortrait(server.urlOf("outside_target"));
    expect(restored.rows).toEqual({
      ...rows,
      ...Object.fromEntries(missing.map((name) => [name, "not populated"])),
    });
    expect(restored.sequences).toEqual(sequences);
  });
});

describe("a full disk during a restore", () => {
  it("ends it, and the target stays as it was", async () => {
    const backup = await server.backUp(
      "full_source",
      `
create table public.kept (id int);
${failing("needs_space", "53100")}
set app.works = 'yes';
create materialized view public.of_full_disk as select public.needs_space() as n;
`,
    );
    await server.admin.query("create database full_target");
    const before = await server.withClient("full_target", readTables);

    const { message, exitCode } = await failureOf(restore({ run: backup.run }, backup.into("full_target")));

    expect([message, exitCode]).toEqual(["Restoring the schema failed: it is gone.", 10]);
    expect(await server.withClient("full_target", readTables)).toEqual(before);
  });
});

async function readTables(client: pg.Client): Promise<unknown[]> {
  return (await client.query("select relname from pg_class where relnamespace = 'public'::regnamespace"))
    .rows;
}
