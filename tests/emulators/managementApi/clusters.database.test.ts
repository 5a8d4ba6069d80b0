import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { databaseDirectories } from "../../../emulators/managementApi";
import { stopCluster } from "../../../emulators/postgres";
import { freePort } from "../../../emulators/process";
import { accessToken, newProjectBody } from "./support";

// The daemon with real clusters, as the local stack starts it.

const folder = mkdtempSync(path.join(tmpdir(), "emulator daemon "));
let port: number;
let daemon: ChildProcess | undefined;
let output = "";

beforeAll(async () => {
  port = await freePort();
});

afterEach(() => {
  expect(output).not.toContain(newProjectBody.db_pass);
});

afterAll(async () => {
  await end("SIGKILL");
  for (const directory of databaseDirectories(folder)) await stopCluster(directory);
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const started = spawn(
    process.execPath,
    [
      ...["--import", "tsx", "emulators/managementApi/main.ts"],
      ...["--state-directory", folder, "--port", String(port)],
    ],
    { env: { ...process.env, SUPABASE_ACCESS_TOKEN: accessToken }, stdio: ["ignore", "pipe", "pipe"] },
  );
  daemon = started;
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      output += chunk;
      if (output.endsWith(`listening on http://127.0.0.1:${port}\n`)) resolve();
    };
    started.stdout?.on("data", take);
    started.stderr?.on("data", take);
    started.once("exit", (code) => reject(new Error(`the daemon ended with ${code}:\n${output}`)));
  });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const ended = daemon;
  daemon = undefined;
  if (ended === undefined || ended.exitCode !== null) return;
  const exit = new Promise((resolve) => ended.once("exit", resolve));
  ended.kill(signal);
  await exit;
}

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire has no type; each test says what it expects
async function call(method: string, target: string, body?: unknown): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${port}/v1${target}`, {
    method,
    headers: { Authorization: `Bearer ${accessToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? response.status : JSON.parse(text);
}

async function active(ref: string, wanted = "ACTIVE_HEALTHY"): Promise<void> {
  await expect
    .poll(async () => (await call("GET", `/projects/${ref}`)).status, { timeout: 60_000 })
    .toBe(wanted);
}

/** Signs in with the URL of the pooler's row, like a client: replaces the placeholder by the password. */
async function signIn(ref: string, password: string): Promise<string> {
  const [row] = await call("GET", `/projects/${ref}/config/database/pooler`);
  const url = row.connection_string.replace("[YOUR-PASSWORD]", encodeURIComponent(password));
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select current_user || ' ' || rolsuper as who from pg_roles where rolname = current_user",
    );
    return rows[0].who;
  } finally {
    await client.end();
  }
}

test("a project has a database during its whole life cycle, across two restarts of the daemon", async () => {
  await start();
  const { ref } = await call("POST", "/projects", newProjectBody);
  await active(ref);
  expect(await signIn(ref, newProjectBody.db_pass)).toBe("postgres false");
  await expect(signIn(ref, "wrong")).rejects.toThrow("password authentication failed");

  // The API returns the content of the database.
  await call("POST", `/projects/${ref}/database/query`, {
    query: "insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true)",
  });
  expect(await call("GET", `/projects/${ref}/storage/buckets`)).toEqual([
    expect.objectContaining({ id: "avatars", name: "avatars", public: true, owner: "" }),
  ]);
  const refused = await call("POST", `/projects/${ref}/database/query`, {
    query: "delete from storage.buckets",
    read_only: true,
  });
  expect(refused.message).toMatch(/^Failed to run sql query: .*(permission denied|read-only)/);

  // A new password is valid, also after the daemon was killed, and the old one is not.
  await call("PATCH", `/projects/${ref}/database/password`, { password: "another p@ss" });
  await end("SIGKILL");
  await start();
  expect(await signIn(ref, "another p@ss")).toBe("postgres false");
  await expect(signIn(ref, newProjectBody.db_pass)).rejects.toThrow("password authentication failed");

  // A paused project accepts no connections. A restored one has its data.
  await call("POST", `/projects/${ref}/pause`);
  await active(ref, "INACTIVE");
  await expect(signIn(ref, "another p@ss")).rejects.toThrow("Tenant or user not found");
  await call("POST", `/projects/${ref}/restore`);
  await active(ref);
  expect(await call("GET", `/projects/${ref}/storage/buckets`)).toHaveLength(1);

  // On SIGTERM, the daemon stops its databases; the next start starts them again.
  await end("SIGTERM");
  await start();
  await active(ref);
  expect(await signIn(ref, "another p@ss")).toBe("postgres false");

  // A deleted project leaves nothing behind.
  const [directory = ""] = databaseDirectories(folder);
  expect(existsSync(directory)).toBe(true);
  await call("DELETE", `/projects/${ref}`);
  expect(existsSync(directory)).toBe(false);
  expect(await call("GET", `/projects/${ref}`)).toEqual({ message: "Project not found" });
});

test("a daemon that was killed while it created a project completes the project at its next start", async () => {
  await end("SIGKILL");
  await start();
  const { ref } = await call("POST", "/projects", newProjectBody);
  await end("SIGKILL");

  await start();

  await active(ref);
  expect(await signIn(ref, newProjectBody.db_pass)).toBe("postgres false");
});

test("without a token, or if its port is taken, the daemon reports the reason and exits", async () => {
  const run = async (environment: NodeJS.ProcessEnv) =>
    await new Promise<{ code: number | null; text: string }>((resolve) => {
      let text = "";
      const child = spawn(
        process.execPath,
        [
          "--import",
          "tsx",
          "emulators/managementApi/main.ts",
          "--state-directory",
          `${folder}/other`,
          "--port",
          String(port),
        ],
        { env: environment, stdio: ["ignore", "pipe", "pipe"] },
      );
      child.stdout.on("data", (chunk) => (text += chunk));
      child.stderr.on("data", (chunk) => (text += chunk));
      child.once("exit", (code) => resolve({ code, text }));
    });
  const { SUPABASE_ACCESS_TOKEN: _, ...without } = process.env;

  expect(await run(without)).toEqual({
    code: 1,
    text: "The Supabase API emulator needs --state-directory and --port, and SUPABASE_ACCESS_TOKEN in its environment.\n",
  });
  expect(await run({ ...without, SUPABASE_ACCESS_TOKEN: accessToken })).toEqual({
    code: 1,
    text: `Port ${port} on 127.0.0.1, where the Supabase API should listen, is taken: end the program that uses it or choose another port.\n`,
  });
});
