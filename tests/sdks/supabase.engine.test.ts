import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { localPaths, pulumiVariables } from "../../local/environment";
import { installStandIns } from "../../local/plugins/install";
import { ensureToolchain } from "../../local/toolchain";
import { type ServedEmulator, servedEmulator } from "../emulators/managementApi/server";
import { accessToken } from "../emulators/managementApi/support";
import { loadPatches } from "../support/programBundle";

// The package, the stand-in and PlatformSettings with the real engine and the API emulator.

const program = `
const pulumi = require("@pulumi/pulumi");
const supabase = require("@pulumi/supabase");
const project = new supabase.Project("project", {
  name: "thorbis", organizationId: "acme", region: "eu-central-1", instanceSize: "micro",
  databasePassword: pulumi.secret("canary-password"),
});
const projectRef = project.id;
const settings = new supabase.Settings("settings", {
  projectRef,
  auth: pulumi.secret(JSON.stringify({ jwt_exp: 3600, smtp_pass: "canary-smtp" })),
  api: JSON.stringify({ max_rows: 100 }),
  database: JSON.stringify({ work_mem: "8MB" }),
  network: JSON.stringify({ restrictions: ["203.0.113.0/24"] }),
  storage: JSON.stringify({ fileSizeLimit: 1000 }),
  sslEnforcement: true,
}, { additionalSecretOutputs: ["auth"] });
new supabase.EdgeFunction("function", { projectRef, slug: "hook", name: "hook", entrypoint: __dirname + "/hook.ts" });
new supabase.EdgeFunctionSecrets("secrets", {
  projectRef, secrets: [{ name: "TOKEN", value: pulumi.secret("canary-secret") }],
});
new supabase.Apikey("key", { projectRef, name: "jobs" });
class PlatformSettings extends pulumi.CustomResource {
  constructor(name, args) {
    super("supabasex:index:PlatformSettings", name, { ...args, status: undefined }, { version: "0.1.0" });
  }
}
new PlatformSettings("platform", {
  projectRef, pooler: { defaultPoolSize: 20 }, realtime: { privateOnly: true },
});
exports.ref = projectRef;
exports.pooler = supabase.getPoolerOutput({ projectRef }).url;
exports.anonKey = supabase.getApikeysOutput({ projectRef }).anonKey;
`;

let base: string;
let emulator: ServedEmulator;
let pulumi: (...args: string[]) => Promise<{ exitCode: number; output: string }>;

beforeAll(async () => {
  const checkout = checkoutRoot();
  emulator = await servedEmulator();
  base = await mkdtemp(path.join(tmpdir(), "supabase engine "));
  const folder = path.join(base, "program");
  await mkdir(path.join(folder, "node_modules", "@pulumi"), { recursive: true });
  const link = async (from: string, to: string) =>
    await symlink(path.join(checkout, from), path.join(folder, to));
  await link("node_modules/@pulumi/pulumi", "node_modules/@pulumi/pulumi");
  await link("sdks/supabase", "node_modules/@pulumi/supabase");
  await link("plugins", "plugins");
  const files = {
    "Pulumi.yaml":
      "name: engine\nruntime: {name: nodejs, options: {typescript: false}}\nplugins: {providers: [{name: supabasex, path: plugins/supabasex}]}\n",
    "package.json": JSON.stringify({ main: "index.js", dependencies: { "@pulumi/supabase": "1.10.1" } }),
    "index.js": `${loadPatches}${program}`,
    "hook.ts": "export {}",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);

  const paths = localPaths(folder, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") });
  const toolchain = await ensureToolchain({ progress: () => undefined });
  await mkdir(paths.state, { recursive: true });
  await installStandIns(checkout, paths.pulumiHome);
  const env = {
    ...toolchain.environment,
    ...pulumiVariables(paths, toolchain.binDirectory),
    SUPABASE_API_ENDPOINT: emulator.endpoint,
    SUPABASE_ACCESS_TOKEN: accessToken,
  };
  pulumi = async (...args) => {
    const options = { cwd: folder, env, all: true, reject: false } as const;
    const { exitCode = -1, all } = await execa(
      toolchain.pulumi,
      [...args, "--non-interactive", "--color", "never"],
      options,
    );
    return { exitCode, output: all };
  };
  await pulumi("stack", "init", "test");
});

afterAll(async () => {
  await emulator.close();
  await rm(base, { recursive: true, force: true });
});

test("up, no changes, one manual change of each resource, all detected and repaired, destroyed", async () => {
  const preview = await pulumi("preview");
  expect(preview.output).toContain("+ 7 to create");
  expect(emulator.calls).toEqual([]);

  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.output).toContain("+ 7 created");
  const { output: ref } = await pulumi("stack", "output", "ref");

  expect(await pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  expect(await pulumi("refresh", "--preview-only", "--expect-no-changes")).toMatchObject({ exitCode: 0 });

  const state = await pulumi("stack", "export");
  expect(state.output).toContain('"supabase:index/project:Project"');
  for (const canary of ["canary-password", "canary-smtp", "canary-secret", accessToken]) {
    expect(state.output).not.toContain(canary);
    expect(up.output).not.toContain(canary);
  }

  const path = `/projects/${ref.trim()}`;
  const { json: keys } = await emulator.call("GET", `${path}/api-keys`);
  const key = keys.find(({ name }: { name: string }) => name === "jobs");
  await emulator.call("PATCH", path, { name: "by hand" });
  await emulator.call("PATCH", `${path}/config/auth`, { jwt_exp: 1 });
  await emulator.call("PATCH", `${path}/postgrest`, { max_rows: 1 });
  await emulator.call("PUT", `${path}/config/database/postgres`, { work_mem: "1MB" });
  await emulator.call("POST", `${path}/network-restrictions/apply`, {});
  await emulator.call("PATCH", `${path}/config/storage`, { fileSizeLimit: 1 });
  await emulator.call("PUT", `${path}/ssl-enforcement`, { requestedConfig: { database: false } });
  await emulator.call("DELETE", `${path}/functions/hook`);
  await emulator.call("POST", `${path}/secrets`, [{ name: "TOKEN", value: "by hand" }]);
  await emulator.call("PATCH", `${path}/api-keys/${key.id}`, { name: "by_hand" });
  await emulator.call("PATCH", `${path}/config/database/pooler`, { default_pool_size: 1 });
  await emulator.call("PATCH", `${path}/config/realtime`, { private_only: false });

  const drift = await pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
  expect(drift.exitCode).toBe(7);
  for (const named of [
    '~ name: "thorbis" => "by hand"',
    "~ auth",
    "max_rows",
    "work_mem",
    "restrictions",
    "fileSizeLimit",
    "~ sslEnforcement: true => false",
    "- supabase:index/edgeFunction:EdgeFunction: (delete)",
    "~ secretDigests",
    '~ name: "jobs" => "by_hand"',
    "~ defaultPoolSize: 20 => 1",
    "~ privateOnly: true => false",
  ]) {
    expect(drift.output).toContain(named);
  }
  expect(drift.output).not.toContain("canary");

  expect((await pulumi("up", "--yes", "--skip-preview", "--refresh")).output).toContain("~ 5 updated");
  expect(await pulumi("preview", "--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  const repaired = await emulator.call("GET", `${path}/config/auth`);
  expect(repaired.json.jwt_exp).toBe(3600);

  await emulator.call("POST", `${path}/pause`);
  await emulator.lifecycle.settled();
  const paused = await pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
  expect(paused.exitCode).toBe(7);
  expect(paused.output).toContain('~ status: "ACTIVE_HEALTHY" => "INACTIVE"');
  expect((await pulumi("up", "--yes", "--skip-preview", "--refresh")).exitCode).toBe(0);
  expect((await emulator.call("GET", path)).json.status).toBe("ACTIVE_HEALTHY");

  expect((await pulumi("destroy", "--yes", "--skip-preview")).output).toContain("- 7 deleted");
  expect((await emulator.call("GET", "/projects")).json).toEqual([]);
});
