import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { drill } from "../../backup/commands/drill";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import {
  ensurePostgresInstalled,
  hostedRightsFolder,
  type PostgresInstallation,
} from "../../emulators/postgres";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { type BundledDatabase, startBundledDatabase } from "../sql/support/database";
import { rolePassword } from "../sql/support/roles";
import { seedWorld } from "../sql/support/world";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { acrossVersions } from "./support/acrossVersions";
import { commandContext, taskEnvironment } from "./support/commands";
import { takePortrait } from "./support/portrait";
import { startTestStore, type TestStore } from "./support/store";

// The database of this repository's own stack: its migrations and repeatables, with rows of two tenants in every table.

/** Source and target; `npm run soak` runs the other pairs. */
const pairs: readonly (readonly [number | undefined, number | undefined])[] =
  process.env.SOAK_ROUNDS === undefined
    ? [[undefined, undefined]]
    : [
        [17, 17],
        [15, 15],
        [15, 17],
      ];

let store: TestStore;
const started: { remove(): Promise<void> }[] = [];

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(async () => {
  for (const each of [...started, store]) await each?.remove();
});

/** Installs a version. Returns undefined if this machine cannot have it, which `npm test` has reported. */
async function install(major: number | undefined): Promise<PostgresInstallation | undefined> {
  try {
    return await ensurePostgresInstalled(() => undefined, major === undefined ? {} : { major });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

async function startSource({ binDirectory }: PostgresInstallation): Promise<BundledDatabase> {
  const source = await startBundledDatabase({ binDirectory });
  started.push(source);
  await seedWorld(source.postgres);
  // No table of the application is empty, so the comparison is meaningful.
  const { rows } = await source.postgres.query<{ empty: string }>(`
    select format('%I.%I', n.nspname, c.relname) as empty from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and not c.relispartition
      and n.nspname in ('shared', 'audit', 'private', 'home_services', 'restaurants', 'automotive', 'retail')
      and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', n.nspname, c.relname), false, true, '')))[1]::text = '0'`);
  expect(rows).toEqual([]);
  // No backup contains rows that describe files.
  await source.postgres.query("set storage.allow_delete_query = 'true'; delete from storage.objects");
  // Settings of the platform's roles that are the application's.
  await source.postgres.query(`
    alter role anon set statement_timeout = '4s'; alter role authenticated in database postgres set lock_timeout = '1s';
    alter role postgres set search_path = shared, "$user", public`);
  const admin = await source.cluster.client("supabase_admin");
  await admin.query("alter role service_role set app.settings.motto = 'it''s $$ 100 %'");
  return source;
}

/** The application's settings that only a superuser may restore; the stack sets them again. */
const settingsOfStack = [
  ",log_min_duration_statement=1000",
  ",log_statement=mod",
  '{"app.settings.motto=it\'s $$ 100 %"}',
];

describe.each(pairs)("the stack's own database, from PostgreSQL %s to %s", (from, to) => {
  it("is restored identically, and passes a drill with hosted privileges", async ({ skip }) => {
    const [old, current] = [await install(from), await install(to)];
    if (old === undefined || current === undefined) return skip();
    const source = await startSource(old);
    const target: TestCluster = await startTestCluster({ binDirectory: current.binDirectory });
    started.push(target);
    const environment = {
      ...taskEnvironment(source.cluster, store),
      PGPASSWORD: rolePassword,
      RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
      BACKUP_HOSTED_RIGHTS: await hostedRightsFolder(old, () => undefined),
    };
    // The programs of the newer version read and write both.
    vi.stubEnv(postgresqlBinVariable, current.binDirectory);

    const { manifest } = await run(commandContext(environment));
    const context = commandContext(environment);
    await restore({ run: manifest.run }, context);
    const receipt = await drill({ run: manifest.run }, commandContext(environment));

    const [before, after] = [
      await takePortrait(source.cluster.url("supabase_admin")),
      await takePortrait(target.url("supabase_admin")),
    ];
    vi.stubEnv(postgresqlBinVariable, undefined);
    expect(Object.keys(before.rows).length).toBeGreaterThan(20);
    expect(manifest.notCovered.map(({ what }) => what).filter((what) => what.startsWith("setting "))).toEqual(
      [
        "setting log_min_duration_statement of role authenticator",
        "setting log_min_duration_statement of role postgres",
        "setting log_statement of role authenticator",
        "setting log_statement of role postgres",
      ],
    );
    const roles = before.roles.map((line) =>
      settingsOfStack.reduce((text, setting) => text.replace(setting, ""), line),
    );
    if (old.major === current.major) expect(after).toEqual({ ...before, roles });
    else expect(acrossVersions(after)).toEqual(acrossVersions(before));
    const notRestored = context.progressed.filter((line) => line.startsWith("not restored"));
    // A newer server has newer extensions.
    const isOfVersion = (line: string): boolean => /^not restored: extension \S+: version "/.test(line);
    expect(notRestored.filter(isOfVersion).length > 0).toBe(old.major !== current.major);
    expect(notRestored.filter((line) => !isOfVersion(line))).toEqual([
      "not restored: setting app.settings.motto of role service_role: only a superuser may set it",
    ]);
    expect(receipt).toMatchObject({ event: "drill passed", versions: { server: old.major } });
    expect(receipt.notCovered.join()).not.toMatch(/the privileges of|of the platform/);
  }, 300_000);
});
