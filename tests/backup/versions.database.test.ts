import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { restore } from "../../backup/commands/restore";
import { run } from "../../backup/commands/run";
import { verify } from "../../backup/commands/verify";
import { ensurePostgresInstalled } from "../../emulators/postgres";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { acrossVersions } from "./support/acrossVersions";
import { commandContext, failureOf, taskEnvironment } from "./support/commands";
import { takePortrait } from "./support/portrait";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";
import { createUnusualObjects } from "./support/unusualObjects";

let store: TestStore;
const clusters: TestCluster[] = [];
const bin = new Map<number, string>();

for (const major of [15, 17]) {
  try {
    bin.set(major, (await ensurePostgresInstalled(() => undefined, { major })).binDirectory);
  } catch (error) {
    // `npm test` has reported the versions that this machine lacks.
    if (!(error instanceof UserError)) throw error;
  }
}

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(async () => {
  await Promise.all([...clusters, store].map((started) => started?.remove()));
});

async function start(major: number): Promise<TestCluster> {
  const cluster = await startTestCluster({ binDirectory: bin.get(major) ?? "" });
  clusters.push(cluster);
  return cluster;
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

async function backUp(major: number): Promise<{ source: TestCluster; run: string }> {
  const source = await start(major);
  const postgres = await source.client();
  await createShop(postgres);
  await createUnusualObjects(postgres);
  const { manifest } = await withProgramsOf(major, () => run(commandContext(taskEnvironment(source, store))));
  expect(manifest.source.serverMajor).toBe(major);
  return { source, run: manifest.run };
}

const into = (source: TestCluster, target: TestCluster) =>
  commandContext({
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${target.url()}?sslmode=disable`,
  });

/**
 * Returns the memberships of `postgres`, with the options of version 16 and newer: only ADMIN in a role that it created. Another
 * role created `managed` at the source, and the restore creates it at the target.
 */
async function membershipsOfPostgres(cluster: TestCluster): Promise<unknown[]> {
  const { rows } = await (await cluster.client("supabase_admin")).query(
    `select roleid::regrole::text as role, bool_or(admin_option) as admin, bool_or(inherit_option) as inherit,
       bool_or(set_option) as set
     from pg_auth_members where member = 'postgres'::regrole and roleid <> 'managed'::regrole group by 1 order by 1`,
  );
  expect(rows).toContainEqual(expect.objectContaining({ admin: true, inherit: false, set: false }));
  return rows;
}

describe.skipIf(bin.size < 2)("a backup of one version of PostgreSQL", () => {
  it("is restored identically on 17, and refused by 15 before anything is changed", async () => {
    const { source, run: name } = await backUp(17);
    const [newer, older] = [await start(17), await start(15)];
    await withProgramsOf(17, async () => {
      await restore({ run: name }, into(source, newer));
      expect(await takePortrait(newer.url("supabase_admin"))).toEqual(
        await takePortrait(source.url("supabase_admin")),
      );
      expect(await membershipsOfPostgres(newer)).toEqual(await membershipsOfPostgres(source));
    });
    // Programs of 15 cannot read it, and do not report it as damaged.
    const verified = await withProgramsOf(15, () =>
      failureOf(verify({ run: name }, commandContext(taskEnvironment(source, store)))),
    );
    expect(verified).toMatchObject({ exitCode: 6, message: `Could not be checked: ${name}.` });
    const untouched = await takePortrait(older.url("supabase_admin"));
    const { message, exitCode } = await failureOf(
      restore({ run: name, replace: "postgres" }, into(source, older)),
    );
    expect(exitCode).toBe(9);
    expect(message).toMatch(
      /^Nothing was restored: the backup is from PostgreSQL 17\..* and the target has the older version .*\.$/,
    );
    expect(await takePortrait(older.url("supabase_admin"))).toEqual(untouched);
  }, 300_000);

  it("of 15 is restored on 17, with the programs of either version", async () => {
    const { source, run: name } = await backUp(15);
    const before = acrossVersions(await takePortrait(source.url("supabase_admin")));
    for (const programs of [15, 17]) {
      const target = await start(17);
      await withProgramsOf(programs, async () => await restore({ run: name }, into(source, target)));
      const after = await withProgramsOf(17, async () => await takePortrait(target.url("supabase_admin")));
      expect(acrossVersions(after)).toEqual(before);
      // Since version 17, an owner needs a privilege for what every owner may do before.
      const owner = await target.client();
      await owner.query("refresh materialized view etl.counted");
      const { rows: without } = await owner.query(
        `select c.oid::regclass::text as relation from pg_class c join pg_roles r on r.oid = c.relowner
         where c.relkind in ('r', 'p', 'm') and not r.rolsuper and not has_table_privilege(c.relowner, c.oid, 'maintain')`,
      );
      expect(without).toEqual([]);
    }
  }, 300_000);
});
