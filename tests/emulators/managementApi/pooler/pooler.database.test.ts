import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Pooler, startPooler } from "../../../../emulators/managementApi/pooler/pooler";
import { standIn } from "../../../../fakes/engine/standIn";
import { postgresql } from "../../../../fakes/postgresql/table";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { startTestCluster, type TestCluster, testPassword } from "../../../support/cluster";

const ref = "abcdefghijklmnopqrst";
const folder = mkdtempSync(path.join(tmpdir(), "pooler-"));
let cluster: TestCluster;
let sql: pg.Client;
let pooler: Pooler;

const targets = {
  port: (wanted: string) => (wanted === ref ? cluster.port : undefined),
  ports: () => [cluster.port],
};

beforeAll(async () => {
  cluster = await startTestCluster();
  sql = await cluster.client();
  pooler = await startPooler(folder, targets);
});
afterAll(async () => {
  await pooler?.close();
  await cluster?.remove();
  rmSync(folder, { recursive: true });
});

async function through(user: string, password = testPassword): Promise<pg.Client> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port: pooler.port,
    database: "postgres",
    user,
    password,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

describe("a session", () => {
  test("belongs to the project and the role that the user name contains", async () => {
    const client = await through(`postgres.${ref}`);
    const { rows } = await client.query("select current_user, session_user, inet_server_port() as port");
    expect(rows).toEqual([{ current_user: "postgres", session_user: "postgres", port: cluster.port }]);
    await client.end();
  });

  test.each([
    ["without a ref", "postgres"],
    ["of another project", "postgres.bbbbbbbbbbbbbbbbbbbb"],
    ["whose ref is only part of one", `postgres.${ref.slice(1)}`],
  ])("%s is refused with the hosted pooler's message", async (_what, user) => {
    await expect(through(user)).rejects.toMatchObject({
      message: "Tenant or user not found",
      code: "XX000",
    });
  });

  test("with a wrong password is refused by the server itself", async () => {
    await expect(through(`postgres.${ref}`, "wrong")).rejects.toMatchObject({ code: "28P01" });
  });

  test.each(["@x/", ":@/%", "two words", 'it\'s "quoted"', "пароль🔑"])(
    "accepts the password %j in a URL, with node-postgres and with libpq",
    async (password) => {
      await sql.query("drop role if exists anybody");
      await sql.query(`create role anybody login password ${sql.escapeLiteral(password)}`);
      const url = `postgresql://anybody.${ref}:${encodeURIComponent(password)}@127.0.0.1:${pooler.port}/postgres`;

      const client = new pg.Client({ connectionString: `${url}?sslmode=disable` });
      await client.connect();
      expect((await client.query("select current_user as who")).rows).toEqual([{ who: "anybody" }]);
      await client.end();
      // psql requests TLS first and then continues without it.
      const psql = await execa("psql", [`${url}?sslmode=prefer`, "-Atc", "select current_user"]);
      expect(psql.stdout).toBe("anybody");
    },
  );

  test("transfers more than one packet in both directions", async () => {
    const client = await through(`postgres.${ref}`);
    const text = "x".repeat(3_000_000);
    const { rows } = await client.query("select $1::text as text", [text]);
    expect(rows[0].text === text).toBe(true);
    await client.end();
  });

  test("can be cancelled by its key", async () => {
    const client = (await through(`postgres.${ref}`)) as pg.Client & { processID: number; secretKey: number };
    const waiting = client.query("select pg_sleep(60)");
    const request = Buffer.alloc(16);
    [16, 80_877_102, client.processID, client.secretKey].forEach((value, index) => {
      request.writeInt32BE(value, index * 4);
    });
    const refused = expect(waiting).rejects.toMatchObject({ code: "57014" });
    await expect.poll(async () => (await activity(client.processID))?.wait_event).toBe("PgSleep");
    connect(pooler.port, "127.0.0.1").end(request);
    await refused;
    await client.end();
  });

  test("ends on the server when its client disconnects", async () => {
    const client = (await through(`postgres.${ref}`)) as pg.Client & {
      processID: number;
      connection: { stream: { destroy(): void } };
    };
    client.connection.stream.destroy();
    await expect.poll(() => activity(client.processID)).toBeUndefined();
  });
});

async function activity(pid: number): Promise<{ wait_event: string | null } | undefined> {
  const { rows } = await sql.query("select wait_event from pg_stat_activity where pid = $1", [pid]);
  return rows[0];
}

describe("the pooler", () => {
  test("disconnects a client that does not speak PostgreSQL's protocol", async () => {
    const socket = connect(pooler.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve).resume());
  });

  test("reports that the requested database does not run", async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, "127.0.0.1", resolve));
    const { port } = nobody.address() as { port: number };
    await new Promise((resolve) => nobody.close(resolve));
    const other = await startPooler(mkdtempSync(path.join(folder, "other-")), {
      port: () => port,
      ports: () => [],
    });
    const url = `postgresql://postgres.${ref}:x@127.0.0.1:${other.port}/postgres`;
    await expect(new pg.Client(url).connect()).rejects.toMatchObject({ code: "57P03" });
    await other.close();
  });

  test("uses its port again, or another one if that is in use", async () => {
    const state = mkdtempSync(path.join(folder, "state-"));
    const first = await startPooler(state, targets);
    const beside = await startPooler(state, targets);
    expect(beside.port).not.toBe(first.port);
    await beside.close();
    await first.close();
    const again = await startPooler(state, targets);
    expect(again.port).toBe(beside.port);
    await again.close();
  });
});

// The plugin reassigns the objects of a deleted role to the user in its configuration, by name. Through the pooler that name is
// `postgres.<ref>`, which is not a role, so no role could be deleted on hosted.
describe("a role that is deleted through the pooler", () => {
  const type = "postgresql:index/role:Role";
  const urn = `urn:pulumi:local::p::${type}::it`;
  const context: CallContext = { signal: new AbortController().signal, log: () => {} };

  async function roleThroughPooler(name: string, configuration: PropertyMap) {
    const provider = standIn(postgresql);
    const access = {
      host: "127.0.0.1",
      port: pooler.port,
      username: `postgres.${ref}`,
      password: new Secret(testPassword),
      sslmode: "disable",
      superuser: false,
    };
    await provider.configure?.({ ...access, ...configuration }, context);
    const request = { urn, type, name: "it", timeoutSeconds: 0 };
    const { inputs } = await provider.check(
      { ...request, oldInputs: {}, inputs: { name }, randomSeed: new Uint8Array() },
      context,
    );
    const { id, outputs } = await provider.create({ ...request, inputs, preview: false }, context);
    return { remove: () => provider.delete({ ...request, id, inputs, outputs }, context) };
  }

  test("leaves its objects to the server's role in databaseUsername", async () => {
    const { remove } = await roleThroughPooler("leaving", { databaseUsername: "postgres" });
    await sql.query("grant leaving to postgres");
    await sql.query("grant create on schema public to leaving");
    await sql.query("create table public.left_behind (); alter table public.left_behind owner to leaving");
    await remove();
    const { rows } = await sql.query("select tableowner from pg_tables where tablename = 'left_behind'");
    expect(rows).toEqual([{ tableowner: "postgres" }]);
    expect((await sql.query("select 1 from pg_roles where rolname = 'leaving'")).rowCount).toBe(0);
  });

  test("cannot be deleted without it, as in a hosted project", async () => {
    const { remove } = await roleThroughPooler("staying", {});
    await expect(remove()).rejects.toThrow(`role "postgres.${ref}" does not exist`);
  });
});
