import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../backup/commands/run";
import { drillsPrefix } from "../../foundation/backupContract";
import { majorOf, startTestCluster, type TestCluster } from "../support/cluster";
import { serversBelow } from "../support/processes";
import {
  childrenOf,
  commandContext,
  type RunningCommand,
  startBackupProgram,
  taskEnvironment,
} from "./support/commands";
import { type Fault, type FaultyStore, startFaultyStore } from "./support/faultyStore";
import { startTestStore, type TestStore } from "./support/store";

// Commands that end in the middle of an object: the program is killed or stopped, or the bucket fails.

let cluster: TestCluster;
let store: TestStore;
let proxy: FaultyStore;
let admin: pg.Client;
let environment: Record<string, string>;
let temporary: string;
const running: RunningCommand[] = [];

beforeAll(async () => {
  [cluster, store] = await Promise.all([startTestCluster(), startTestStore()]);
  proxy = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
  admin = await cluster.client("supabase_admin");
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
  await inDatabase(
    "shop",
    `create schema kept authorization keeper; set role keeper;
     create table kept.things as select n as id, sha512(n::text::bytea)::text || sha512((-n)::text::bytea)::text as note from generate_series(1, 20000) n`,
  );
  const { username, password } = new URL(cluster.url("supabase_admin"));
  environment = {
    ...taskEnvironment(cluster, store),
    ...{ PGDATABASE: "shop", PGUSER: username, PGPASSWORD: decodeURIComponent(password) },
    RESTORE_DATABASE_URL: `postgresql://restorer:restorer@127.0.0.1:${cluster.port}/shop?sslmode=disable`,
  };
  await run(commandContext(environment));
  environment = { ...environment, AWS_ENDPOINT_URL_S3: proxy.endpoint };
});

beforeEach(async () => {
  temporary = mkdtempSync(path.join(tmpdir(), "thorbis-test-"));
  await chmod(temporary, 0o755);
});

afterEach(async () => {
  proxy.fail(() => undefined);
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true });
});

afterAll(async () => {
  await proxy?.stop();
  await Promise.all([cluster?.remove(), store?.remove()]);
});

async function inDatabase(database: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: cluster.url("supabase_admin", database) });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What remains of a restore: memberships, databases, and sessions of its role. */
async function traces(): Promise<unknown> {
  const { rows } = await admin.query(`
    select array(select concat_ws(' ', roleid::regrole, member::regrole, to_jsonb(m) - array['oid', 'grantor', 'roleid', 'member']) from pg_auth_members m order by 1) as memberships,
      array(select datname::text from pg_database order by 1) as databases,
      (select count(*)::int from pg_stat_activity where usename = 'restorer') as sessions`);
  return rows[0];
}

const contents = async (database = "shop") =>
  await inDatabase(
    database,
    `select schemaname, tablename, tableowner, (select count(*)::int from kept.things) as rows from pg_tables where schemaname in ('kept', 'thorbis_restore')`,
  );
const expected = [{ schemaname: "kept", tablename: "things", tableowner: "keeper", rows: 20_000 }];

function start(args: readonly string[], variables: Record<string, string> = {}): RunningCommand {
  const command = startBackupProgram(args, { ...environment, TMPDIR: temporary, ...variables });
  running.push(command);
  return command;
}

const isRows = (key: string): boolean => /\/data-\d+\.sql\.zst$/.test(key);
/** In a connection, after which the program requests the rest. */
const someBytes = 400_000;

/**
 * Cuts off the rows after some bytes in this reading of the object, and answers the request for the rest with this
 * fault. Resolves when the rest is requested.
 */
async function failInTheMiddle(rest: Fault): Promise<void> {
  let reads = 0;
  await new Promise<void>((resolve) => {
    proxy.fail(({ operation, key }) => {
      if (operation !== "get object" || !isRows(key)) return undefined;
      reads += 1;
      if (reads === 1) return { kind: "cut answer", afterBytes: someBytes };
      resolve();
      return rest;
    });
  });
}

/** Waits until the program requests the rest of the rows, and fails if it ends before. */
async function untilStalled(stalled: Promise<void>, { ended }: RunningCommand): Promise<void> {
  const isEarly = ended.then(({ errorText }) => Promise.reject(new Error(`it ended early: ${errorText}`)));
  isEarly.catch(() => undefined);
  await Promise.race([stalled, isEarly]);
}

const stall: Fault = { kind: "stall" };
const replace = ["restore", "--replace", "shop", "--into-source", "shop"];

describe("a restore into a plain database by a role that is no superuser", () => {
  it("that is killed leaves memberships and a database, which the next one removes", async () => {
    const before = await traces();
    const stalled = failInTheMiddle(stall);
    const killed = start(replace);
    await untilStalled(stalled, killed);
    killed.child.kill("SIGKILL");
    await killed.ended;
    // The control: otherwise nothing would have to be removed.
    expect(await traces()).not.toEqual(before);
    expect(await contents()).toEqual(expected);
    proxy.fail(() => undefined);

    const { exitCode, errorText } = await start(replace).ended;

    expect([exitCode, errorText]).toEqual([0, expect.any(String)]);
    expect(await traces()).toEqual(before);
    expect(await contents()).toEqual(expected);
  });

  it("that is stopped in the middle of the rows leaves nothing", async () => {
    const before = await traces();
    const stalled = failInTheMiddle(stall);
    const stopped = start(replace);
    await untilStalled(stalled, stopped);
    stopped.child.kill("SIGTERM");

    const { exitCode, errorText } = await stopped.ended;

    expect(exitCode).toBe(143);
    expect(errorText).toMatch(/Stopped by SIGTERM; incomplete work is rolled back\.\s*$/);
    expect(await traces()).toEqual(before);
    expect(await contents()).toEqual(expected);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each<[string, Fault, string]>([
    [
      "credentials expire",
      { kind: "answer", status: 400, code: "ExpiredToken" },
      "ExpiredToken: ExpiredToken",
    ],
    ["the server fails", { kind: "answer", status: 503, code: "SlowDown" }, "SlowDown: SlowDown"],
  ])("fails and leaves nothing if, in the middle of the rows, %s", async (_, fault, reason) => {
    const before = await traces();
    void failInTheMiddle(fault);

    const { exitCode, errorText } = await start(replace).ended;

    expect(exitCode).toBe(4);
    expect(errorText).toMatch(new RegExp(`Reading s3://\\S+/data-001\\.sql\\.zst failed: ${reason}\\.\\s*$`));
    expect(await traces()).toEqual(before);
    expect(await contents()).toEqual(expected);
  });
});

describe("a restore into a plain database beside what interrupted restores left", () => {
  /** Creates a database that looks like that of an interrupted restore. */
  const leave = async (name: string, owner: string, contents: Record<string, unknown>): Promise<void> => {
    await admin.query(`create database ${name} owner ${owner} connection limit 0`);
    const mark = {
      ...{ run: "20260101T000000000Z-01234567", startedAt: "2026-01-01T00:00:00Z" },
      ...contents,
    };
    await inDatabase(
      name,
      `create schema thorbis_restore; comment on schema thorbis_restore is ${admin.escapeLiteral(JSON.stringify(mark))}`,
    );
  };
  const plantedRoles = async () =>
    (await admin.query("select rolname from pg_roles where rolname like 'planted%'")).rows;

  it("runs no SQL of a mark, and neither reads nor drops databases of other roles", async () => {
    await admin.query("create role intruder createdb");
    const names = ["shop_restore_00000000", "shop_restore_00000001", "shop_restore_00000002_replaced"];
    for (const [nth, name] of names.entries()) {
      const statement = `create role planted_${nth}`;
      await leave(name, nth === 0 ? "intruder" : "restorer", {
        takeBack: [statement],
        lent: [{ role: `keeper" from restorer; ${statement}; --`, member: "restorer" }],
      });
    }

    const { exitCode, errorText } = await start(replace).ended;

    expect([exitCode, errorText]).toEqual([0, expect.any(String)]);
    const { rows } = await admin.query("select datname from pg_database where datname like 'shop_restore_%'");
    expect(rows).toEqual([{ datname: names[0] }]);
    expect(await plantedRoles()).toEqual([]);
    // The control: one of them was read.
    expect(errorText.match(/planted_\d/g)).toEqual(expect.arrayContaining(["planted_1"]));
    expect(errorText).not.toMatch(/planted_[02]/);
    await admin.query(`drop database ${names[0]}`);
    await admin.query("drop role intruder");
  });

  it("names memberships that another role granted to itself, and leaves its own", async () => {
    await admin.query(`create role "Former Role" in role keeper`);
    const before = await traces();
    await leave("shop_restore_00000003", "restorer", { lent: [{ role: "keeper", member: "Former Role" }] });

    const { exitCode, errorText } = await start(replace).ended;

    expect([exitCode, errorText]).toEqual([
      0,
      expect.stringContaining(
        'an interrupted restore made role Former Role a member of keeper, which only Former Role can revoke: run `revoke "keeper" from "Former Role"` as Former Role\n',
      ),
    ]);
    expect(await traces()).toEqual(before);
    await admin.query(`drop role "Former Role"`);
  });
});

describe("a restore into a plain database whose sessions end in the middle of the rows", () => {
  const grantToItself = async (): Promise<void> => {
    if ((await majorOf(admin)) < 16) return;
    await admin.query("grant keeper to restorer with inherit false, set false granted by restorer");
  };
  afterAll(async () => {
    if ((await majorOf(admin)) >= 16) await admin.query("revoke keeper from restorer granted by restorer");
  });

  it.each<[string, () => Promise<void>]>([
    ["revokes the memberships", async () => undefined],
    ["restores the options of memberships", grantToItself],
  ])("%s and leaves nothing", async (_, prepare) => {
    await prepare();
    const before = await traces();
    let reads = 0;
    let ending: Promise<pg.QueryResult> | undefined;
    proxy.fail(({ operation, key }) => {
      if (operation !== "get object" || !isRows(key)) return undefined;
      reads += 1;
      if (reads === 1) return { kind: "cut answer", afterBytes: someBytes };
      ending ??= admin.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname like 'shop_restore_%'",
      );
      return { kind: "answer", status: 503, code: "SlowDown" };
    });

    const { exitCode } = await start(replace).ended;

    // The control: there were sessions to end.
    expect((await ending)?.rowCount).toBeGreaterThan(0);
    expect(exitCode).toBe(4);
    expect(await traces()).toEqual(before);
    expect(await contents()).toEqual(expected);
  });
});

describe("a restore into a project", () => {
  const variables = () => ({ RESTORE_DATABASE_URL: `${cluster.url()}?sslmode=disable` });
  const schemas = async () =>
    await inDatabase(
      "postgres",
      "select nspname from pg_namespace where nspname in ('kept', 'thorbis_restore')",
    );

  it("that is stopped or fails in the middle of the rows leaves an empty target, and succeeds when it is repeated", async () => {
    const before = await traces();
    const stalled = failInTheMiddle(stall);
    const stopped = start(["restore"], variables());
    await untilStalled(stalled, stopped);
    stopped.child.kill("SIGTERM");
    const { exitCode, errorText } = await stopped.ended;
    expect([exitCode, errorText]).toEqual([143, expect.stringContaining("the target is empty again")]);
    expect([await schemas(), await traces()]).toEqual([[], before]);

    void failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });
    const failed = await start(["restore"], variables()).ended;
    expect(failed.exitCode).toBe(4);
    expect([await schemas(), await traces()]).toEqual([[], before]);

    proxy.fail(() => undefined);
    const repeated = await start(["restore"], variables()).ended;
    expect([repeated.exitCode, repeated.errorText]).toEqual([0, expect.any(String)]);
    expect([await contents("postgres"), await traces()]).toEqual([expected, before]);
  });
});

describe("a drill", () => {
  const left = () => [serversBelow(temporary), readdirSync(temporary)];

  it("that is stopped in the middle of the rows leaves no server, folder or receipt", async () => {
    const stalled = failInTheMiddle(stall);
    const stopped = start(["drill"]);
    await untilStalled(stalled, stopped);
    expect(left()).not.toEqual([[], []]);
    stopped.child.kill("SIGTERM");

    expect((await stopped.ended).exitCode).toBe(143);

    expect(left()).toEqual([[], []]);
    expect(await store.keys(drillsPrefix)).toEqual([]);
  });

  it("that lost its credentials in the middle of the rows did not run", async () => {
    void failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });

    const { exitCode, errorText } = await start(["drill"]).ended;

    expect(exitCode).toBe(11);
    expect(errorText).toMatch(
      /The drill did not run: Reading s3:\S+ failed: ExpiredToken: ExpiredToken\.\s*$/,
    );
    expect(left()).toEqual([[], []]);
    expect(await store.keys(drillsPrefix)).toEqual([]);
  });

  it("prints why it failed even if the receipt cannot be stored", async () => {
    proxy.fail(({ operation, key }) => {
      if (operation === "put object") return { kind: "answer", status: 403, code: "AccessDenied" };
      return operation === "get object" && isRows(key) ? { kind: "flip answer" } : undefined;
    });

    const { exitCode, outputText, errorText } = await start(["drill"]).ended;

    expect(exitCode).toBe(5);
    expect(JSON.parse(outputText)).toMatchObject({
      event: "drill failed",
      reason: expect.stringContaining("data-001"),
    });
    expect(errorText).toContain("permission s3:PutObject is missing");
  });
});

describe("verify", () => {
  it("that is stopped in the middle of an object leaves no program", async () => {
    const stalled = failInTheMiddle(stall);
    const stopped = start(["verify"]);
    await untilStalled(stalled, stopped);
    const programs = () => childrenOf(stopped.child.pid, "zstd");
    expect(programs()).not.toEqual([]);
    const before = programs();
    stopped.child.kill("SIGTERM");

    expect((await stopped.ended).exitCode).toBe(143);
    expect(before.filter((pid) => childrenOf(1, "zstd").includes(pid))).toEqual([]);
  });

  it("reports that it could not check an object if its credentials expire in the middle of it", async () => {
    void failInTheMiddle({ kind: "answer", status: 400, code: "ExpiredToken" });

    const { exitCode, outputText } = await start(["verify"]).ended;

    expect(exitCode).toBe(6);
    expect(outputText).toMatch(
      /data-001\.sql\.zst: could not check \(Reading s3:\S+ failed: ExpiredToken: ExpiredToken\.\)/,
    );
  });
});

describe("variables of PostgreSQL's clients", () => {
  it("do not change the sessions of a backup, a restore or a drill", async () => {
    const variables = {
      PGOPTIONS: "-c search_path=kept -c role=keeper -c default_transaction_read_only=on -c row_security=off",
      PGREPLICATION: "database",
      PGCLIENT_ENCODING: "LATIN1",
      PGSERVICE: "absent",
      PGPASSFILE: "/nonexistent",
      PGTZ: "Asia/Tokyo",
      PGDATESTYLE: "German",
      PGHOSTADDR: "192.0.2.1",
      PGTARGETSESSIONATTRS: "standby",
    };

    for (const args of [["run"], replace, ["drill"]]) {
      const { exitCode, errorText } = await start(args, variables).ended;
      expect([args, exitCode, errorText]).toEqual([args, 0, expect.any(String)]);
    }
    expect(await contents()).toEqual(expected);
  });
});
