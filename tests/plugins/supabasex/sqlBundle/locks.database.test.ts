import { once } from "node:events";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../../../plugins/supabasex/provider/sqlBundle/session/connection";
import { takeLock } from "../../../../plugins/supabasex/provider/sqlBundle/session/lock";
import type { BundleUnderTest } from "./bundleUnderTest";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const files = {
  "migrations/20260101000000_t.sql": "create schema $s;\ncreate table $s.t (id int primary key);\n",
};
const never = new AbortController().signal;

/** Connects as a deployment does, and takes the lock of a bundle. */
async function holder(bundle: BundleUnderTest) {
  const client = await databases.cluster.client();
  await client.query("set application_name = 'other deploy'");
  await takeLock(client, bundle.schema, { waitSeconds: 1, signal: never });
  return client;
}

test("two deployments never interleave: the second waits, then changes nothing", async () => {
  const bundle = await databases.bundle(files);
  const second = await databases.bundle({});
  second.write({
    "migrations/20260101000000_t.sql": files["migrations/20260101000000_t.sql"].replaceAll(
      "$s",
      bundle.schema,
    ),
  });
  second.inputs = { name: bundle.schema };

  await Promise.all([bundle.up(), second.up()]);

  expect(await bundle.history()).toEqual(["migrations/20260101000000_t.sql"]);
  expect(await bundle.refresh()).toEqual([]);
  expect(await second.refresh()).toEqual([]);
  const applied = [...bundle.logs, ...second.logs].filter((line) => line.startsWith("info: Applied:"));
  expect(applied).toHaveLength(1);
});

test("the timeout names the holder with pid, application and age; closing its connection releases the lock", async () => {
  const bundle = await databases.bundle(files, { limits: { lockWaitSeconds: 0.2 } });
  const client = await holder(bundle);
  const { pid } = (await client.query("select pg_backend_pid() as pid")).rows[0];

  expect(await failureOf(bundle.up())).toMatch(
    new RegExp(
      `Another deploy of bundle ${bundle.schema} is running: process ${pid} \\(other deploy, for \\d+ s\\)\\. Waited 0\\.2 s`,
    ),
  );

  client.on("error", () => {});
  await bundle.sql(`select pg_terminate_backend(${pid})`);
  bundle.inputs = {};
  await bundle.up();
  expect(await bundle.history()).toHaveLength(1);
});

test("an index is built concurrently while another deployment waits for the lock", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  bundle.write({
    "migrations/20260102000000_i.sql": "-- no transaction\ncreate index concurrently t_i on $s.t (id);\n",
  });
  const second = await databases.bundle({});
  second.inputs = { name: bundle.schema };
  second.write({
    "migrations/20260101000000_t.sql": files["migrations/20260101000000_t.sql"].replaceAll(
      "$s",
      bundle.schema,
    ),
    "migrations/20260102000000_i.sql": `-- no transaction\ncreate index concurrently t_i on ${bundle.schema}.t (id);\n`,
  });

  await Promise.all([bundle.up(), second.up()]);

  expect(await bundle.history()).toHaveLength(2);
});

test("after a lock timeout, the transaction starts again until the lock is free", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  bundle.inputs = { limits: { lockTimeoutSeconds: 0.4, lockRetries: 8 } };
  bundle.write({ "migrations/20260102000000_a.sql": "alter table $s.t add a int;\n" });
  await bundle.sql("begin");
  await bundle.sql("select from $s.t");

  const up = bundle.up();
  while (!bundle.logs.some((line) => line.includes("the transaction starts again"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await bundle.sql("commit");
  await up;

  expect(bundle.logs.join("\n")).toMatch(
    /Blocked by process \d+ \(.*idle in transaction.*\): select from s\d+\.t/,
  );
  expect(await bundle.history()).toHaveLength(2);
});

test("a lock that is not released fails after the last attempt and names its holder; other errors are not retried", async () => {
  const bundle = await databases.bundle(files);
  await bundle.up();
  bundle.inputs = { limits: { lockTimeoutSeconds: 0.4, lockRetries: 1 } };
  bundle.write({ "migrations/20260102000000_a.sql": "alter table $s.t add a int;\n" });
  await bundle.sql("begin");
  await bundle.sql("select from $s.t");

  const failure = await failureOf(bundle.up());
  await bundle.sql("rollback");

  expect(failure).toMatch(
    /a\.sql:1:1: canceling statement due to lock timeout \(55P03\)[\s\S]*detail: Blocked by process (\d+) \(.*\): select from[\s\S]*hint: .*pg_terminate_backend\(\1\)/,
  );
  expect(bundle.logs.filter((line) => line.includes("starts again"))).toHaveLength(1);

  bundle.logs = [];
  bundle.write({ "migrations/20260102000000_a.sql": "select 1/0;\n" });
  expect(await failureOf(bundle.up())).toMatch(/division by zero \(22012\)/);
  expect(bundle.logs.filter((line) => line.includes("starts again"))).toEqual([]);
});

test("a statement that exceeds its time limit is canceled", async () => {
  const bundle = await databases.bundle(
    { "migrations/20260101000000_slow.sql": "create schema $s;\nselect pg_sleep(30);\n" },
    { limits: { statementTimeoutSeconds: 2 } },
  );

  expect(await failureOf(bundle.up())).toMatch(
    /slow\.sql:2:1: canceling statement due to statement timeout \(57014\)[\s\S]*limits\.statementTimeoutSeconds/,
  );
});

test("a canceled operation cancels its statement and changes nothing", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_slow.sql": "create schema $s;\nselect pg_sleep(30);\n",
  });
  const abort = new AbortController();
  bundle.signal = abort.signal;

  const up = failureOf(bundle.up());
  while (
    (
      await bundle.sql(
        "select from pg_stat_activity where application_name = 'supabasex $s' and query like '%pg_sleep(30)%'",
      )
    ).rowCount === 0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  abort.abort(new Error("the engine has gone"));

  expect(await up).toBe("the engine has gone");
  expect((await bundle.sql("select to_regnamespace('$s') as s")).rows).toEqual([{ s: null }]);
});

/** Starts a proxy that cuts every connection when the client has sent a given text. */
async function cutAfter(text: string, delivered: boolean): Promise<{ port: number; close(): void }> {
  const server = net.createServer((incoming) => {
    const outgoing = net.connect(databases.cluster.port, "127.0.0.1");
    incoming.on("error", () => {});
    outgoing.on("error", () => {});
    outgoing.pipe(incoming);
    incoming.on("data", (data) => {
      if (!data.includes(text)) {
        outgoing.write(data);
        return;
      }
      if (!delivered) {
        incoming.destroy();
        outgoing.destroy();
        return;
      }
      outgoing.unpipe(incoming);
      outgoing.once("data", () => {
        incoming.destroy();
        outgoing.destroy();
      });
      outgoing.resume();
      outgoing.write(data);
    });
    incoming.on("close", () => outgoing.destroy());
    outgoing.on("close", () => incoming.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as net.AddressInfo).port, close: () => server.close() };
}

test.each([true, false])(
  "after the connection is lost at the commit (commit delivered: %s), the next up is correct",
  async (delivered) => {
    const bundle = await databases.bundle({
      ...files,
      "repeatable/f.sql": "create or replace function $s.f() returns int language sql as 'select 1';\n",
    });
    const proxy = await cutAfter("commit\0", delivered);
    bundle.port = proxy.port;

    const failure = await failureOf(bundle.up());
    proxy.close();

    expect(failure).toMatch(/connection was lost while bundle s\d+ was being applied/);
    expect((await bundle.sql("select to_regclass('$s.t') is not null as t")).rows).toEqual([
      { t: delivered },
    ]);
    bundle.port = undefined;
    await bundle.up();
    expect(await bundle.history()).toEqual(["migrations/20260101000000_t.sql", "repeatable/f.sql"]);
    expect(await bundle.refresh()).toEqual([]);
  },
);

test("the pooler in transaction mode is refused, and no error contains the password", async () => {
  const bundle = await databases.bundle(files);
  bundle.port = 6543;
  expect(await failureOf(bundle.up())).toMatch(/is a pooler in transaction mode/);

  const connection = {
    host: "127.0.0.1",
    port: databases.cluster.port,
    user: "postgres",
    database: "postgres",
  };
  const wrong = await failureOf(
    connect({ ...connection, password: "s3cret-word" }, { applicationName: "t" }),
  );
  expect(wrong).toMatch(/refuses role postgres/);
  expect(wrong).not.toContain("s3cret-word");
  const tls = await failureOf(
    connect({ ...connection, password: "s3cret-word", sslMode: "require" }, { applicationName: "t" }),
  );
  expect(tls).toMatch(/does not offer TLS|cannot be verified/);
});

/** Returns once a session of the server waits for a lock. */
async function untilSomebodyWaits(bundle: BundleUnderTest): Promise<void> {
  while ((await bundle.sql("select from pg_locks where not granted")).rowCount === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

test("the error names the session that blocks all others, not one that waits in the same queue", async () => {
  const bundle = await databases.bundle(files, { limits: { lockTimeoutSeconds: 0.4, lockRetries: 0 } });
  await bundle.up();
  bundle.write({ "migrations/20260102000000_a.sql": "alter table $s.t add a int;\n" });
  const { pid } = (await bundle.sql("select pg_backend_pid() as pid")).rows[0];
  await bundle.sql("begin");
  await bundle.sql("select from $s.t");
  const second = await databases.cluster.client();
  const queued = second.query(`begin; lock table ${bundle.schema}.t; rollback`);
  await untilSomebodyWaits(bundle);

  const failure = await failureOf(bundle.update());
  await bundle.sql("rollback");
  await queued;

  expect(failure).toContain(`Blocked by process ${pid} (`);
});

describe("if another session changes the same catalog object, the transaction starts again", () => {
  const body = (value: number) => `returns integer language sql as 'select ${value}'`;
  test.each([
    ["privileges", "grant select on $s.t to anon", "grant insert on $s.t to authenticated;"],
    [
      "a function",
      `create or replace function $s.f() ${body(2)}`,
      `create or replace function $s.f() ${body(3)};`,
    ],
    ["a new table", "create table $s.later (id int)", "create table $s.later (id int);"],
  ])("%s", async (_what, manual, statement) => {
    const bundle = await databases.bundle({
      ...files,
      "migrations/20260101000001_f.sql": `create function $s.f() ${body(1)};\n`,
    });
    await bundle.up();
    bundle.write({ "migrations/20260102000000_a.sql": statement });
    await bundle.sql("begin");
    await bundle.sql(manual);

    const up = bundle.update();
    await untilSomebodyWaits(bundle);
    await bundle.sql("commit");
    await up;

    expect(bundle.logs.join("\n")).toContain(
      "Another session changed the same object at the same time; the transaction starts again in",
    );
    expect(await bundle.history()).toHaveLength(3);
  });
});
