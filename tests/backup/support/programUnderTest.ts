import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { run } from "../../../backup/commands/run";
import { majorOf, startTestCluster, type TestCluster } from "../../support/cluster";
import { commandContext, type RunningCommand, startBackupProgram, taskEnvironment } from "./commands";
import { type Fault, type FaultyStore, startFaultyStore } from "./faultyStore";
import { startTestStore, type TestStore } from "./store";

/** Restores into the database that was backed up. */
export const replace = ["restore", "--replace", "shop", "--into-source", "shop"];

/** What `contents` returns before and after each restore. */
export const expected = [{ schemaname: "kept", tablename: "things", tableowner: "keeper", rows: 20_000 }];

/** In a connection, after which the program requests the rest. */
export const someBytes = 400_000;

export const stall: Fault = { kind: "stall" };

export const isRows = (key: string): boolean => /\/data-\d+\.sql\.zst$/.test(key);

/** The backup program as a process, a plain database `shop` that it has backed up, and a proxy before the bucket that fails on demand. */
export class ProgramUnderTest {
  private environment: Record<string, string> = {};
  private readonly running: RunningCommand[] = [];
  /** The folder for temporary files of the program, a new one for each test. */
  temporary = "";

  readonly cluster: TestCluster;
  readonly store: TestStore;
  readonly proxy: FaultyStore;
  readonly admin: pg.Client;

  private constructor({
    cluster,
    store,
    proxy,
    admin,
  }: Pick<ProgramUnderTest, "cluster" | "store" | "proxy" | "admin">) {
    this.cluster = cluster;
    this.store = store;
    this.proxy = proxy;
    this.admin = admin;
  }

  static async start(): Promise<ProgramUnderTest> {
    const [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
    const proxy = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
    const admin = await cluster.client("supabase_admin");
    const program = new ProgramUnderTest({ cluster, store, proxy, admin });
    await program.backUp();
    return program;
  }

  /** Creates the database, whose owner is not a superuser, and backs it up. */
  private async backUp(): Promise<void> {
    const { admin, cluster, store, proxy } = this;
    await admin.query(
      "create role keeper nologin; create role restorer login createrole createdb password 'restorer'",
    );
    // Before version 16, CREATEROLE is enough.
    if ((await majorOf(admin)) >= 16)
      await admin.query(
        "grant keeper to restorer, postgres with admin true; grant keeper to restorer, postgres with inherit false, set false; grant restorer to postgres with admin true, inherit false, set false",
      );
    await admin.query("create database shop owner restorer");
    // Its rows do not compress, so the object has several chunks.
    await this.inDatabase(
      "shop",
      `create schema kept authorization keeper; set role keeper;
       create table kept.things as select n as id, sha512(n::text::bytea)::text || sha512((-n)::text::bytea)::text as note from generate_series(1, 20000) n`,
    );
    const { username, password } = new URL(cluster.url("supabase_admin"));
    const environment = {
      ...taskEnvironment(cluster, store),
      ...{ PGDATABASE: "shop", PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
      RESTORE_DATABASE_URL: `postgresql://restorer:restorer@127.0.0.1:${cluster.port}/shop?sslmode=disable`,
    };
    await run(commandContext(environment));
    this.environment = { ...environment, AWS_ENDPOINT_URL_S3: proxy.endpoint };
  }

  beforeTest(): void {
    this.temporary = mkdtempSync(path.join(tmpdir(), "thorbis-test-"));
    chmodSync(this.temporary, 0o755);
  }

  /** Ends what the test left. */
  afterTest(): void {
    this.proxy.fail(() => undefined);
    for (const { child } of this.running.splice(0)) child.kill("SIGKILL");
    rmSync(this.temporary, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.proxy.stop();
    await Promise.all([this.cluster.remove(), this.store.remove()]);
  }

  async inDatabase(database: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: this.cluster.url("supabase_admin", database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Returns what remains of a restore: memberships, databases, and sessions of its role. */
  async traces(): Promise<unknown> {
    const { rows } = await this.admin.query(`
      select array(select concat_ws(' ', roleid::regrole, member::regrole, to_jsonb(m) - array['oid', 'grantor', 'roleid', 'member']) from pg_auth_members m order by 1) as memberships,
        array(select datname::text from pg_database order by 1) as databases,
        (select count(*)::int from pg_stat_activity where usename = 'restorer') as sessions`);
    return rows[0];
  }

  /** Returns the tables of the database's own schemas, and those of an unfinished restore. */
  async contents(database = "shop"): Promise<unknown[]> {
    return await this.inDatabase(
      database,
      `select schemaname, tablename, tableowner, (select count(*)::int from kept.things) as rows from pg_tables where schemaname in ('kept', 'thorbis_restore')`,
    );
  }

  /** Starts the program with these arguments. */
  start(args: readonly string[], variables: Record<string, string> = {}): RunningCommand {
    const command = startBackupProgram(args, { ...this.environment, TMPDIR: this.temporary, ...variables });
    this.running.push(command);
    return command;
  }

  /**
   * Cuts off the rows after some bytes in this reading of the object, and answers the request for the rest with this
   * fault. Resolves when the rest is requested.
   */
  async failInTheMiddle(rest: Fault): Promise<void> {
    let reads = 0;
    await new Promise<void>((resolve) => {
      this.proxy.fail(({ operation, key }) => {
        if (operation !== "get object" || !isRows(key)) return undefined;
        reads += 1;
        if (reads === 1) return { kind: "cut answer", afterBytes: someBytes };
        resolve();
        return rest;
      });
    });
  }
}

/** Waits until the program requests the rest of the rows, and fails if it ends before. */
export async function untilStalled(stalled: Promise<void>, { ended }: RunningCommand): Promise<void> {
  const isEarly = ended.then(({ errorText }) => Promise.reject(new Error(`it ended early: ${errorText}`)));
  isEarly.catch(() => undefined);
  await Promise.race([stalled, isEarly]);
}
