import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { shellQuote } from "../../../foundation/shellQuote";
import { identifyProcess } from "../../../local/processIdentity.mjs";
import { ensureToolchain } from "../../../local/toolchain";

// One thing, whose text and secret come from the environment; see fixtures/thingProvider.ts.
const program = `
const pulumi = require("@pulumi/pulumi");
new pulumi.CustomResource(
  "thing:index/thing:Thing",
  "one",
  { text: process.env.TEXT, nested: { text: process.env.TEXT }, token: pulumi.secret(JSON.parse(process.env.TOKEN)) },
  { version: "1.0.0" },
);
`;
const canary = "canary-of-the-host";

let folder: string;
let things: string;
let environment: NodeJS.ProcessEnv;
let cli: string;

beforeAll(async () => {
  const toolchain = await ensureToolchain({ progress: () => {} });
  cli = toolchain.pulumi;
  folder = await mkdtemp(path.join(tmpdir(), "thorbis host "));
  things = path.join(folder, "things");
  const plugin = path.join(folder, "home", "plugins", "resource-thing-v1.0.0");
  for (const made of [things, plugin, path.join(folder, "state"), path.join(folder, "project")]) {
    mkdirSync(made, { recursive: true });
  }
  const bundle = path.join(folder, "thing.cjs");
  buildSync({
    entryPoints: [path.join(checkoutRoot(), "tests/plugins/host/fixtures/thingProvider.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "cjs",
  });
  const launcher = path.join(plugin, "pulumi-resource-thing");
  writeFileSync(launcher, `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(bundle)} "$@"\n`);
  chmodSync(launcher, 0o755);
  symlinkSync(path.join(checkoutRoot(), "node_modules"), path.join(folder, "project", "node_modules"));
  const write = (name: string, text: string) => writeFileSync(path.join(folder, "project", name), text);
  write("Pulumi.yaml", "name: host\nruntime: {name: nodejs, options: {typescript: false}}\n");
  write("package.json", JSON.stringify({ main: "index.js", dependencies: { "@pulumi/pulumi": "*" } }));
  write("index.js", program);
  environment = {
    ...process.env,
    ...toolchain.environment,
    PATH: `${toolchain.binDirectory}${path.delimiter}${process.env.PATH}`,
    PULUMI_HOME: path.join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    THING_DIRECTORY: things,
    TOKEN: JSON.stringify(canary),
    TEXT: "hello",
  };
  const made = await pulumi(["stack", "init", "test"]);
  expect(made).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const child = spawn(cli, [...args, "--non-interactive", "--color", "never"], {
    cwd: path.join(folder, "project"),
    env: { ...environment, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return { child, output: () => output };
}

async function pulumi(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const { child, output } = start(args, more);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output: output() };
}

/** What the provider was asked, without its process ids. */
function calls(): string[] {
  const log = path.join(things, "calls.log");
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/^\d+ /, ""));
}

/** The state as it lies on the disk. */
function stateText(): string {
  return readFileSync(path.join(folder, "state/.pulumi/stacks/host/test.json"), "utf8");
}

describe("a provider under the real engine", () => {
  it("is asked to create in preview, and its error is what the user reads", async () => {
    const { code, output } = await pulumi(["preview"], { TEXT: "broken" });
    expect(code).not.toBe(0);
    expect(calls()).toEqual(["create one preview"]);
    expect(output).toContain('things/one.txt:4:12: word "foo" is not known\n');
    expect(output).toMatch(/say foo\n\s+\^/);
    // The engine itself says which resource it is about.
    expect(output).toContain("thing:index:Thing (one)");
    expect(output).not.toContain("    at ");
  });

  it("cannot make the engine print a secret by refusing it", async () => {
    const { code, output } = await pulumi(["preview"], { TOKEN: JSON.stringify([canary]) });
    expect(code).not.toBe(0);
    expect(output).toContain("token must be a secret string");
    expect(output).not.toContain(canary);
  });

  it("leaves a half made resource in the state, however large, and its next up goes on from there", async () => {
    const failed = await pulumi(["up", "--yes", "--skip-preview"], { TEXT: "half" });
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain("the second half failed");
    expect(stateText()).toContain('"id":"one"');
    expect(stateText()).toContain("x".repeat(1_000_000));
    const next = await pulumi(["up", "--yes", "--skip-preview"], { TEXT: "whole" });
    expect(next).toMatchObject({ code: 0 });
    expect(calls().slice(-2)).toEqual(["create one up", "update one up"]);
    expect(await pulumi(["destroy", "--yes", "--skip-preview"], { TEXT: "whole" })).toMatchObject({
      code: 0,
    });
  });

  it("gets secrets, and they stay secret in the state", async () => {
    const { code, output } = await pulumi(["up", "--yes", "--skip-preview"]);
    expect(output).toContain("+ 2 created");
    expect(code).toBe(0);
    expect(readFileSync(path.join(things, "one.json"), "utf8")).toContain(canary);
    expect(stateText()).toContain('"text":"hello"');
    expect(stateText()).not.toContain(canary);
  });

  it("has nothing to do a second time", async () => {
    expect(await pulumi(["preview", "--expect-no-changes"])).toMatchObject({ code: 0 });
    expect(await pulumi(["refresh", "--preview-only", "--expect-no-changes"])).toMatchObject({ code: 0 });
  });

  it("reports what was changed by hand by its path, with exit code 7", async () => {
    const thing = path.join(things, "one.json");
    const before = readFileSync(thing, "utf8");
    writeFileSync(thing, before.replace('"nested":{"text":"hello"}', '"nested":{"text":"tampered"}'));
    const { code, output } = await pulumi(["refresh", "--preview-only", "--expect-no-changes", "--diff"]);
    expect(code).toBe(7);
    expect(output).toMatch(/~ nested: \{\s+~ text: "hello" => "tampered"/);
    expect(output).not.toContain(canary);
    writeFileSync(thing, before);
  });

  it("ends with an engine that is killed in the middle of a call, and aborts the call first", async () => {
    rmSync(path.join(things, "one.json"));
    rmSync(path.join(things, "calls.log"));
    const { child } = start(["up", "--yes", "--skip-preview", "--refresh"], { TEXT: "slow" });
    await expect.poll(calls, { timeout: 60_000, interval: 100 }).toContain("waiting");
    const [pid] =
      readFileSync(path.join(things, "calls.log"), "utf8").trim().split("\n").at(-1)?.split(" ") ?? [];
    const isAlive = () => identifyProcess(Number(pid)) !== undefined;
    expect(isAlive()).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(isAlive, { timeout: 60_000, interval: 100 }).toBe(false);
    expect(calls()).toEqual(["create one up", "waiting", "aborted"]);
  });
});
