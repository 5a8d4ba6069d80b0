import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { startThrowawayServer } from "../../backup/drill/throwawayServer";
import type { AccessEntry } from "../../backup/postgres/access";
import { ensurePostgresInstalled } from "../../emulators/postgres";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { startTestCluster } from "../support/cluster";
import { commandContext, failureOf } from "./support/commands";
import { type Portrait, takePortrait } from "./support/portrait";
import { copyPostgres16, type Postgres16, postgres16Problem } from "./support/postgres16";
import { startTestStore, type TestStore } from "./support/store";

const problem = await postgres16Problem();

let store: TestStore;
let postgres16: Postgres16;
const servers = new Map<number, Server>();
const bin = new Map<number, string>();
const runs = new Map<number, string>();
const portraits = new Map<number, Portrait>();

/** A server and the URL of a database as its superuser. */
interface Server {
  url(database: string): string;
  remove(): Promise<void>;
}

const connectionOf = (major: number, database: string): string => servers.get(major)?.url(database) ?? "";

/** Starts a server of a version. Version 16 is a plain server, because no project has this version. */
async function startServer(major: number, folder: string): Promise<Server> {
  if (major !== 16) {
    const cluster = await startTestCluster({ binDirectory: folder });
    return { url: (database) => cluster.url("supabase_admin", database), remove: () => cluster.remove() };
  }
  const { signal } = new AbortController();
  const { settings, remove } = await startThrowawayServer({
    programs: { folder, major, hasCron: false },
    superuser: "postgres",
    signal,
  });
  const { user, password, port } = settings;
  return { url: (database) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`, remove };
}

/** Runs work with the programs of a version, as if no others were installed. */
async function withProgramsOf<T>(major: number, work: () => Promise<T>): Promise<T> {
  vi.stubEnv(postgresqlBinVariable, bin.get(major));
  try {
    return await work();
  } finally {
    vi.stubEnv(postgresqlBinVariable, undefined);
  }
}

/** Returns the schema as printed by the pg_dump of the server's own version. */
const portraitOf = async (major: number, database: string): Promise<Portrait> =>
  await withProgramsOf(major, async () => await takePortrait(connectionOf(major, database)));

const environmentOf = (major: number, database: string): Record<string, string> => {
  const { port, username, password } = new URL(connectionOf(major, database));
  return {
    ...store.environment,
    BACKUP_PARALLEL_DUMPS: "2",
    PGHOST: "127.0.0.1",
    PGPORT: port,
    PGDATABASE: database,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGSSLMODE: "disable",
  };
};

/**
 * Creates a database with objects that differ between the versions: memberships, grants, identities, partitions, and statistics.
 */
async function createSource(major: number): Promise<void> {
  const maintenance = new pg.Client({ connectionString: connectionOf(major, "postgres") });
  await maintenance.connect();
  await maintenance.query("create database source");
  await maintenance.end();
  const client = new pg.Client({ connectionString: connectionOf(major, "source") });
  await client.connect();
  await client.query(`
    create role owner nologin; create role reader nologin; create role lead nologin;
    grant owner to lead with admin option; grant reader to lead;
    create schema app authorization owner;
    set role owner;
    create table app.parent (id bigint generated always as identity, at date not null, note text collate "C", primary key (id, at))
      partition by range (at);
    create table app.parent_2025 partition of app.parent for values from ('2025-01-01') to ('2026-01-01');
    create table app.parent_2026 partition of app.parent for values from ('2026-01-01') to ('2027-01-01');
    insert into app.parent (at, note) select '2025-06-01'::date + n, md5(n::text) from generate_series(1, 500) n;
    create table app.child (id serial primary key, doubled int generated always as (2 * n) stored, n int check (n > 0));
    insert into app.child (n) select generate_series(1, 300);
    create statistics app.of_child (dependencies) on id, n from app.child;
    create view app.notes with (security_invoker = true) as select note from app.parent;
    create materialized view app.counts as select count(*) from app.parent;
    create function app.total() returns bigint language sql security definer set search_path = '' return (select count(*) from app.child);
    revoke execute on function app.total() from public;
    alter table app.child enable row level security;
    create policy own on app.child to reader using (n < 10);
    grant select on app.child, app.notes to reader;
    reset role;
    revoke connect on database source from public;
    grant connect on database source to reader;
    select lo_from_bytea(4242, 'large')`);
  await client.end();
}

/**
 * Returns what does not depend on the server: version 17 has one more privilege, each version writes expressions and its schema in its own way, and
 * the database and the language belong to the server's first superuser.
 */
function acrossVersions({ rows, sequences, largeObjects, access }: Portrait): unknown {
  return {
    rows,
    sequences,
    largeObjects,
    access: access.flatMap((line) => {
      const { kind, name, facts } = JSON.parse(line) as AccessEntry;
      // Of the platform's roles only settings are compared, and version 16 has none of these roles.
      if (kind === "role" && facts.attributes === undefined) return [];
      const { using: _, "membership options": __, grants = "", ...others } = facts;
      const isOfServer = kind === "database" || kind === "language";
      const { owner, ...rest } = others;
      const lines = grants
        .split("\n")
        .filter((grant) => !/: MAINTAIN\*?$/.test(grant) && !(isOfServer && grant.startsWith(`${owner}: `)));
      return [{ kind, name, facts: isOfServer ? rest : others, grants: lines }];
    }),
  };
}

beforeAll(async () => {
  if (problem !== undefined) return;
  [store, postgres16] = await Promise.all([startTestStore(), copyPostgres16()]);
  bin.set(16, postgres16.binDirectory);
  for (const major of [15, 17]) {
    bin.set(major, (await ensurePostgresInstalled(() => undefined, { major })).binDirectory);
  }
  for (const [major, folder] of bin) {
    servers.set(major, await startServer(major, folder));
    await createSource(major);
    await withProgramsOf(major, async () => {
      const { manifest } = await run(commandContext(environmentOf(major, "source")));
      expect(manifest.source.serverMajor).toBe(major);
      runs.set(major, manifest.run);
    });
    portraits.set(major, await portraitOf(major, "source"));
  }
}, 600_000);

afterAll(async () => {
  await Promise.all([...servers.values()].map(async (server) => await server.remove()));
  await Promise.all([store?.remove(), postgres16?.remove()]);
});

async function restoreInto(major: number, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: connectionOf(major, "postgres") });
  await client.connect();
  await client.query("drop database if exists target");
  await client.query("create database target");
  await client.end();
  const context = commandContext({
    ...environmentOf(major, "source"),
    RESTORE_DATABASE_URL: `${connectionOf(major, "target")}?sslmode=disable`,
  });
  await withProgramsOf(17, async () => await restore({ run: name }, context));
}

describe.skipIf(problem !== undefined)(
  `PostgreSQL 16${problem === undefined ? "" : ` (skipped: ${problem})`}`,
  () => {
    it("restores what it saved", async () => {
      await restoreInto(16, runs.get(16) ?? "");
      expect(await portraitOf(16, "target")).toEqual(portraits.get(16));
    }, 300_000);

    it.each([
      [15, 16],
      [16, 17],
    ])(
      "%i is restored on %i",
      async (from, to) => {
        await restoreInto(to, runs.get(from) ?? "");
        expect(acrossVersions(await portraitOf(to, "target"))).toEqual(
          acrossVersions(portraits.get(from) ?? expect.fail()),
        );
      },
      300_000,
    );

    it.each([
      [17, 16],
      [16, 15],
    ])(
      "%i is refused by %i before anything is changed",
      async (from, to) => {
        const untouched = await portraitOf(to, "source");
        const { message, exitCode } = await failureOf(
          restore(
            { run: runs.get(from) ?? "", replace: "source", intoSource: "source" },
            commandContext({
              ...environmentOf(to, "source"),
              RESTORE_DATABASE_URL: `${connectionOf(to, "source")}?sslmode=disable`,
            }),
          ),
        );
        expect(exitCode).toBe(9);
        expect(message).toMatch(
          /^Nothing was restored: the backup is from PostgreSQL .* and the target has the older version .*\.$/,
        );
        expect(await portraitOf(to, "source")).toEqual(untouched);
      },
      300_000,
    );
  },
);
