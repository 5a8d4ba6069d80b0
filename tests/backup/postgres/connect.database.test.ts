import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect } from "../../../backup/postgres/connect";
import { asRole } from "../../../backup/restore/asRole";
import { byGrantors } from "../../../backup/restore/schemaWriter";
import { startTestCluster, type TestCluster } from "../../support/cluster";
import { failureOf } from "../support/commands";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => await cluster?.remove());

/**
 * Returns the seconds until the kernel probes an idle connection, as /proc/net/tcp has it. Linux only. What the query has sent may still
 * wait for its acknowledgement, for which the kernel shows another timer (01): we look until there is none.
 */
async function keepAliveSeconds(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ from: number; to: number }>(
    `select inet_client_port() as "from", inet_server_port() as "to"`,
  );
  const ends = [rows[0]?.from, rows[0]?.to].map((port) => port?.toString(16).toUpperCase().padStart(4, "0"));
  return await vi.waitUntil(() => probeTimer(ends), { timeout: 10_000, interval: 20 });
}

/**
 * Returns the timer of the connection between two ports, in seconds; undefined while it is not the one of probes (02). Another
 * connection may have the same local port, to another server.
 */
function probeTimer([from, to]: readonly (string | undefined)[]): number | undefined {
  const connections = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const found = connections.find(
    ([, local, remote]) => local?.endsWith(`:${from}`) && remote?.endsWith(`:${to}`),
  );
  const [timer, hundredths] = found?.[5]?.split(":") ?? [];
  return timer === "02" ? Number.parseInt(hundredths ?? "", 16) / 100 : undefined;
}

describe("a session whose CA certificate", () => {
  const settings = { host: "127.0.0.1", port: 1, database: "postgres", user: "postgres", password: "canary" };
  const failure = async (file: string) => {
    vi.stubEnv("PGSSLROOTCERT", file);
    try {
      return await failureOf(connect({ ...settings, sslMode: "verify-full" }, 3));
    } finally {
      vi.unstubAllEnvs();
    }
  };

  it.each([
    ["is missing", "/nonexistent/authority.crt", "/nonexistent/authority.crt, which cannot be read (ENOENT)"],
    ["is a folder", "/etc", "/etc, which cannot be read (EISDIR)"],
    ["is no certificate", "/etc/passwd", "/etc/passwd, which has no certificate in PEM format"],
  ])("%s is refused in one sentence", async (_, file, reason) => {
    expect(await failure(file)).toEqual({
      exitCode: 3,
      message: `Connecting to database postgres on 127.0.0.1:1 as postgres failed: PGSSLROOTCERT names ${reason}.`,
    });
  });
});

it("keeps an idle session alive, before a NAT gateway drops it", async () => {
  const { hostname: host, port, password } = new URL(cluster.url());
  const settings = { host, port: Number(port), database: "postgres", user: "postgres", password };
  const client = await connect({ ...settings, sslMode: "disable" }, 1);
  const control = new pg.Client({ ...settings, keepAlive: true });
  await control.connect();
  try {
    expect(await keepAliveSeconds(client)).toBeLessThanOrEqual(60);
    // The control: without its own delay, a connection has the kernel's, which is two hours by default.
    const kernelSeconds = Number(readFileSync("/proc/sys/net/ipv4/tcp_keepalive_time", "utf8"));
    expect(await keepAliveSeconds(control)).toBeGreaterThan(kernelSeconds - 60);
  } finally {
    await Promise.all([client.end(), control.end()]);
  }
});

it("has none of the time limits of its role", async () => {
  const { hostname: host, port, password } = new URL(cluster.url());
  const settings = { host, port: Number(port), database: "postgres", user: "postgres", password };
  const admin = await cluster.client("supabase_admin");
  const limits = ["statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"];
  for (const limit of limits) await admin.query(`alter role postgres set ${limit} = '30s'`);
  const [client, control] = [await connect({ ...settings, sslMode: "disable" }, 1), new pg.Client(settings)];
  await control.connect();
  const read = async (session: pg.Client) =>
    (await session.query("select setting from pg_settings where name = any ($1)", [limits])).rows.map(
      ({ setting }) => setting,
    );
  try {
    expect(await read(client)).toEqual(["0", "0", "0"]);
    expect(await read(control)).toEqual(["30000", "30000", "30000"]);
  } finally {
    await Promise.all([client.end(), control.end()]);
    for (const limit of limits) await admin.query(`alter role postgres reset ${limit}`);
  }
});

it("acts as its role, also if that has another one as a setting", async () => {
  const { hostname: host, port, password } = new URL(cluster.url());
  const settings = { host, port: Number(port), database: "postgres", user: "postgres", password };
  const admin = await cluster.client("supabase_admin");
  await admin.query("alter role postgres set role = 'anon'");
  const [client, control] = [await connect({ ...settings, sslMode: "disable" }, 1), new pg.Client(settings)];
  await control.connect();
  const read = async (session: pg.Client) =>
    (await session.query("select current_user as role")).rows.map(({ role }) => role);
  try {
    expect(await read(client)).toEqual(["postgres"]);
    await client.query("begin");
    expect(await asRole(client, "service_role", () => read(client))).toEqual(["service_role"]);
    expect(await read(client)).toEqual(["postgres"]);
    await client.query(`rollback; begin; ${byGrantors("select 1;", "service_role")}`);
    expect(await read(client)).toEqual(["postgres"]);
    expect(await read(control)).toEqual(["anon"]);
  } finally {
    await Promise.all([client.end(), control.end()]);
    await admin.query("alter role postgres reset role");
  }
});

it("does not replace an empty password with that of the environment", async () => {
  const { hostname: host, port, password } = new URL(cluster.url());
  const settings = {
    host,
    port: Number(port),
    database: "postgres",
    user: "postgres",
    sslMode: "disable",
  } as const;
  vi.stubEnv("PGPASSWORD", password);
  try {
    const { message } = await failureOf(connect({ ...settings, password: "" }, 3));
    expect(message).toMatch(/^Connecting to database postgres on .* as postgres failed: .*password/);
    // The control: the same session with its password.
    await (await connect({ ...settings, password }, 3)).end();
  } finally {
    vi.unstubAllEnvs();
  }
});
