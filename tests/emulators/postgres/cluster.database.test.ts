import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Cluster,
  type ClusterOptions,
  ensurePostgresInstalled,
  ensureTemplate,
  localPassword,
  startCluster,
  stopCluster,
} from "../../../emulators/postgres";
import { waitUntil } from "../../../emulators/process";
import { identifyProcess } from "../../../foundation/processLock/identity.mjs";

const postgresPassword = "first-password";
let folder: string;
let directory: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis-cluster-"));
  directory = path.join(folder, "cluster");
});
afterEach(async () => {
  await stopCluster(directory);
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  return await startCluster({ directory, postgresPassword, durable: false, ...options });
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it("loads no library from outside of its own tree, also when it compiles a query", async () => {
  const { binDirectory } = await ensurePostgresInstalled(() => undefined);
  // Empty for the system's own packages.
  const root = binDirectory.replace(/\/usr\/lib\/postgresql\/.*$/, "");
  const cluster = await start();
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  await client.query("set jit = on; set jit_above_cost = 0");

  const { rows } = await client.query<{ pid: number; compiles: boolean }>(
    "select pg_backend_pid() as pid, pg_jit_available() as compiles",
  );
  const [{ pid, compiles }] = rows as [(typeof rows)[0]];
  const plan = await client.query<{ "QUERY PLAN": [{ JIT?: object }] }>(
    "explain (analyze, format json) select sum(n * n) from generate_series(1, 100) as n",
  );
  const maps = existsSync("/proc") ? readFileSync(`/proc/${pid}/maps`, "utf8") : "";
  await client.end();

  const libraries = new Set(maps.match(/\/\S+\.so(\.[\d.]+)?$/gm));
  expect(
    [...libraries].filter((file) => !file.startsWith(root) && !file.includes("hosted_rights.so")),
  ).toEqual([]);
  expect(plan.rows[0]?.["QUERY PLAN"][0].JIT !== undefined).toBe(compiles);
});

/** Starts a server that uses the port. */
async function occupy(port: number): Promise<Server> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Processes whose command line names the cluster's folder, or whose parent is its server. */
function processesOf(cluster: Cluster): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return (
        parent === String(cluster.pid) ||
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(cluster.directory)
      );
    } catch {
      return false;
    }
  });
}

describe("starting and stopping", () => {
  it("keeps data and port, and leaves no process behind", async () => {
    const first = await start();
    await query(first.url(), "create table public.kept as select 7 as value");
    expect(processesOf(first).length).toBeGreaterThan(1);

    await first.stop();
    expect(processesOf(first)).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual(["cluster.json", "data", "server.log"]);

    const second = await start();
    expect(second.port).toBe(first.port);
    expect(await query(second.url(), "select value from public.kept")).toEqual([{ value: 7 }]);
  });

  it("adopts a server that is running", async () => {
    const first = await start();
    const second = await start();
    expect({ pid: second.pid, port: second.port }).toEqual({ pid: first.pid, port: first.port });
  });

  it("starts one server for two concurrent requests", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(first.pid).toBe(second.pid);
  });

  it("recognizes a running server by another path to it", async () => {
    const first = await start();
    symlinkSync(folder, `${folder}-link`);
    try {
      const second = await start({ directory: path.join(`${folder}-link`, "cluster") });
      expect(second.pid).toBe(first.pid);
    } finally {
      rmSync(`${folder}-link`);
    }
  });

  it("recovers what was committed when the server was killed", async () => {
    const first = await start({ durable: true });
    await query(first.url(), "create table public.kept as select 7 as value");
    process.kill(first.pid, "SIGKILL");
    expect(await waitUntil(() => identifyProcess(first.pid) === undefined, 10)).toBe(true);

    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url(), "select value from public.kept")).toEqual([{ value: 7 }]);
  });

  it("replaces a server that is still being killed", async () => {
    const first = await start();
    process.kill(first.pid, "SIGKILL");
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("waits for a server that recovers from a killed session", async () => {
    const first = await start();
    const client = new pg.Client({ connectionString: first.url() });
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const pid = rows[0]?.pid ?? 0;
    process.kill(pid, "SIGKILL");
    // Until the server has noticed this, it accepts sessions that it ends a moment later.
    const log = path.join(directory, "server.log");
    const noticed = () => readFileSync(log, "utf8").includes(`(PID ${pid}) was terminated by signal 9`);
    expect(await waitUntil(noticed, 10)).toBe(true);
    const second = await start();
    expect(second.pid).toBe(first.pid);
    expect(await query(second.url(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("keeps running when its folder is moved", async () => {
    const first = await start({ durable: true });
    await query(first.url(), "create table public.kept as select 7 as value");
    const former = directory;
    directory = path.join(folder, "moved");
    renameSync(former, directory);

    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(identifyProcess(first.pid)).toBeUndefined();
    expect(await query(second.url(), "select value from public.kept")).toEqual([{ value: 7 }]);
  });

  it("stops the server of a moved folder, and not that of a copied folder", async () => {
    const first = await start();
    const copy = path.join(folder, "copy");
    mkdirSync(path.join(copy, "data"), { recursive: true });
    const pidFile = path.join("data", "postmaster.pid");
    writeFileSync(path.join(copy, pidFile), readFileSync(path.join(directory, pidFile)));

    await stopCluster(copy);
    expect(await query(first.url(), "select 1 as one")).toEqual([{ one: 1 }]);

    const former = directory;
    directory = path.join(folder, "moved");
    renameSync(former, directory);
    await stopCluster(directory);
    expect(identifyProcess(first.pid)).toBeUndefined();
  });

  it("ignores a pid file that names another program", async () => {
    const first = await start();
    const pidFile = path.join(directory, "data", "postmaster.pid");
    const [, ...rest] = readFileSync(pidFile, "utf8").split("\n");
    await first.stop();
    writeFileSync(pidFile, [process.pid, ...rest].join("\n"));

    const second = await start();
    expect(await query(second.url(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("removes the leftovers of a killed first start", async () => {
    mkdirSync(path.join(directory, "data.killed"), { recursive: true });
    await start();
    expect(readdirSync(directory).filter((name) => name.startsWith("data"))).toEqual(["data"]);
  });

  it("supports a folder with spaces, commas and quotes", async () => {
    directory = path.join(folder, `it's a "path", with blanks`);
    const cluster = await start();
    // The hook is loaded: plain PostgreSQL refuses this.
    expect(await query(cluster.url(), "create role reader bypassrls")).toEqual([]);
  });

  it.runIf(process.geteuid?.() === 0)("works below a folder that only root can enter", async () => {
    spawnSync("chmod", ["0700", folder]);
    spawnSync("chown", ["0:0", folder]);
    const cluster = await start();
    expect(await query(cluster.url(), "create role reader bypassrls")).toEqual([]);
    expect(statSync(`/proc/${cluster.pid}`).uid).toBe(statSync(path.join(directory, "data")).uid);
    expect(statSync(`/proc/${cluster.pid}`).uid).not.toBe(0);
  });

  it("stopping a cluster that does not exist does nothing", async () => {
    await stopCluster(directory);
    expect(existsSync(directory)).toBe(false);
  });
});

describe("ports", () => {
  it("uses another one if its own is now in use", async () => {
    const first = await start();
    await first.stop();
    const intruder = await occupy(first.port);
    const second = await start();
    intruder.close();
    expect(second.port).not.toBe(first.port);
    expect(await query(second.url(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("reports in one sentence that the requested one is in use", async () => {
    const intruder = await occupy(0);
    const address = intruder.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({
      name: "UserError",
      message: `Port ${port} on 127.0.0.1, where PostgreSQL should listen, is taken: end the program that uses it or choose another port.`,
    });
    intruder.close();
  });
});

describe("passwords", () => {
  it("accepts each login role with its own password only", async () => {
    const cluster = await start();
    for (const role of ["postgres", "supabase_admin", "authenticator", "supabase_auth_admin"]) {
      expect(await query(cluster.url(role), "select current_user as role")).toEqual([{ role }]);
    }
    const wrong = cluster.url("supabase_admin").replace(/:[0-9a-f]{32}@/, `:${postgresPassword}@`);
    await expect(query(wrong, "select 1")).rejects.toMatchObject({ code: "28P01" });
    const template = cluster.url("supabase_admin").replace(/:[0-9a-f]{32}@/, ":template@");
    await expect(query(template, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("changes all of them if the main one changes", async () => {
    const first = await start();
    const second = await start({ postgresPassword: "second-password" });
    expect(await query(second.url(), "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await query(second.url("authenticator"), "select 1 as one")).toEqual([{ one: 1 }]);
    await expect(query(first.url(), "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("resets one that was changed manually", async () => {
    const cluster = await start();
    await query(cluster.url(), "alter role postgres password 'by hand'");
    await expect(query(cluster.url(), "select 1")).rejects.toMatchObject({ code: "28P01" });
    await start();
    expect(await query(cluster.url(), "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("writes none into the server's log", async () => {
    const cluster = await start();
    await query(cluster.url("supabase_admin"), "alter system set log_statement = 'all'");
    await query(cluster.url("supabase_admin"), "select pg_reload_conf()");
    await start({ postgresPassword: "second-password" });
    const log = readFileSync(path.join(directory, "server.log"), "utf8");
    expect(log).toContain("alter role postgres password");
    for (const role of ["postgres", "supabase_admin"]) {
      expect(log).not.toContain(localPassword(role, "second-password"));
    }
  });
});

describe("the template", () => {
  it("is created once for two concurrent requests, and the leftovers of a killed run are removed", async () => {
    vi.stubEnv("XDG_CACHE_HOME", path.join(folder, "a cache"));
    const templates = path.join(folder, "a cache", "thorbis-supabase", "postgres", "templates");
    mkdirSync(path.join(templates, "build.4194304.killed", "data"), { recursive: true });
    const installation = await ensurePostgresInstalled(() => undefined);
    const said: string[] = [];
    const made = await Promise.all([
      ensureTemplate(installation, (line) => said.push(line)),
      ensureTemplate(installation, (line) => said.push(line)),
    ]);
    vi.unstubAllEnvs();
    expect(made[0]).toBe(made[1]);
    expect(readdirSync(templates)).toEqual([path.basename(made[0])]);
    expect(said.filter((line) => line.includes("shaping"))).toHaveLength(1);
    expect(said.filter((line) => line.includes("compiling"))).toHaveLength(1);
  });
});
