import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identifyProcess } from "../../../foundation/processLock/identity.mjs";
import { createPluginProject, type PluginProject } from "./pluginProject";

// One resource, whose text and secret come from the environment; see fixtures/thingProvider.ts.
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

let project: PluginProject;
let things: string;

beforeAll(async () => {
  project = await createPluginProject({
    plugin: "thing",
    entryPoint: path.join(import.meta.dirname, "fixtures", "thingProvider.ts"),
    program,
    environment: (folder) => {
      things = path.join(folder, "things");
      mkdirSync(things);
      return { THING_DIRECTORY: things, TOKEN: JSON.stringify(canary), TEXT: "hello" };
    },
  });
});
afterAll(() => project?.remove());

const start = (...args: Parameters<PluginProject["start"]>) => project.start(...args);
const pulumi = (...args: Parameters<PluginProject["pulumi"]>) => project.pulumi(...args);

/** Returns the calls that the provider received, without its process ids. */
function calls(): string[] {
  const log = path.join(things, "calls.log");
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/^\d+ /, ""));
}

/** Returns the state as stored on disk. */
function stateText(): string {
  return readFileSync(path.join(project.folder, "state/.pulumi/stacks/host/test.json"), "utf8");
}

describe("a provider under the real engine", () => {
  it("is called to create in preview, and the user sees its error", async () => {
    const { code, output } = await pulumi(["preview"], { TEXT: "broken" });
    expect(code).not.toBe(0);
    expect(calls()).toEqual(["create one preview"]);
    expect(output).toContain('things/one.txt:4:12: word "foo" is not known\n');
    expect(output).toMatch(/say foo\n\s+\^/);
    // The engine itself names the resource.
    expect(output).toContain("thing:index:Thing (one)");
    expect(output).not.toContain("    at ");
  });

  it("cannot make the engine print a secret by refusing it", async () => {
    const { code, output } = await pulumi(["preview"], { TOKEN: JSON.stringify([canary]) });
    expect(code).not.toBe(0);
    expect(output).toContain("token must be a secret string");
    expect(output).not.toContain(canary);
  });

  it("leaves a partially created resource of any size in the state, and the next up continues from it", async () => {
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

  it("changes nothing the second time", async () => {
    expect(await pulumi(["preview", "--expect-no-changes"])).toMatchObject({ code: 0 });
    expect(await pulumi(["refresh", "--preview-only", "--expect-no-changes"])).toMatchObject({ code: 0 });
  });

  it("reports a manual change with its path and exit code 7", async () => {
    const thing = path.join(things, "one.json");
    const before = readFileSync(thing, "utf8");
    writeFileSync(thing, before.replace('"nested":{"text":"hello"}', '"nested":{"text":"tampered"}'));
    const { code, output } = await pulumi(["refresh", "--preview-only", "--expect-no-changes", "--diff"]);
    expect(code).toBe(7);
    expect(output).toMatch(/~ nested: \{\s+~ text: "hello" => "tampered"/);
    expect(output).not.toContain(canary);
    writeFileSync(thing, before);
  });

  it("aborts the running call and ends if the engine is killed", async () => {
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
