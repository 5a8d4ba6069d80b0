import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../../foundation/userError";
import { ensureOfficialClients } from "../../../local/officialClients/installation";

let folder: string;
let cache: string;
const lines: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "official clients "));
  cache = path.join(folder, "cache", "thorbis-supabase", "official-clients");
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns a machine whose `npm` is this shell script. It runs in the installation folder and records each run. */
function machine(script: string): NodeJS.ProcessEnv {
  const file = path.join(folder, "npm");
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${JSON.stringify(path.join(folder, "runs"))}\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: path.join(folder, "cache") };
}

const ensure = async (environment: NodeJS.ProcessEnv) =>
  await ensureOfficialClients((line) => void lines.push(line), environment);
const runs = () => readFileSync(path.join(folder, "runs"), "utf8").trim().split("\n");

test("installs the packages of the lockfile on first use, without install scripts, and prints it once", async () => {
  const environment = machine("test -f package-lock.json && test -f .npmrc && mkdir node_modules");

  const [first, second] = await Promise.all([ensure(environment), ensure(environment)]);
  const third = await ensure(environment);

  expect(runs()).toEqual([
    "ci --ignore-scripts --no-progress --loglevel=error --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=3000",
  ]);
  expect(lines).toEqual([
    "Installing the official Supabase clients and Deno from npm (470 MB, about half a minute, once per user).",
  ]);
  expect([second, third]).toEqual([first, first]);
  expect(path.dirname(first.folder)).toBe(cache);
  expect(existsSync(path.join(first.folder, "node_modules"))).toBe(true);
});

test("removes a failed installation, and says in one sentence what to do", async () => {
  const script = `mkdir node_modules
echo "npm error code ENOTFOUND" >&2
echo "npm error syscall getaddrinfo" >&2
echo "npm error errno ENOTFOUND" >&2
echo "npm error FetchError: request to the registry failed, reason: getaddrinfo ENOTFOUND" >&2
echo "npm error A complete log of this run can be found in: somewhere" >&2
exit 1`;

  const error = await ensure(machine(script)).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toBe(
    "npm could not install the official Supabase clients (request to the registry failed, reason: getaddrinfo ENOTFOUND): make sure that npm can reach a registry, then run the command again.",
  );
  expect(readdirSync(cache)).toEqual([]);
});

test("removes the leftovers of a killed installation, and installs again", async () => {
  mkdirSync(path.join(cache, "0123456789abcdef.draft", "node_modules"), { recursive: true });

  const { folder: installed } = await ensure(machine("mkdir node_modules"));

  expect(readdirSync(cache)).toEqual([path.basename(installed)]);
});

test("pins each client exactly, apart from the packages of the stack", () => {
  const read = (file: string) =>
    JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, unknown>>;
  const clients = read("local/officialClients/package.json").dependencies ?? {};
  const stack = read("package.json");

  expect(clients).toEqual({
    "@supabase/mcp-server-supabase": "0.13.0",
    "@supabase/postgres-meta": "0.99.0",
    deno: "2.9.6",
    supabase: "2.117.0",
  });
  for (const name of Object.keys(clients)) {
    expect({ ...stack.dependencies, ...stack.devDependencies }).not.toHaveProperty(name);
  }
});
