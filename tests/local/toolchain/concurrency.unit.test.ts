import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identifyProcess } from "../../../foundation/processLock/identity.mjs";
import { pulumiVersion } from "../../../local/toolchain/versions";
import { buildsCli, Fixture } from "./fixture";

let fixture: Fixture;
const started: ChildProcess[] = [];
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  fixture.remove();
});

function ensureInChild(): { child: ChildProcess; output: () => string } {
  const script = path.join(import.meta.dirname, "ensureInChild.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, fixture.checkout, "http://127.0.0.1:1"], {
    env: fixture.environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  let output = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  return { child, output: () => output };
}

/** Makes the fixture's Go wait in `build`, with half of its output written, until `release` appears. */
function addSlowGo(): { pidFile: string; release: () => void } {
  const pidFile = path.join(fixture.root, "go.pid");
  const gate = path.join(fixture.root, "gate");
  fixture.addGo(
    "1.25.8",
    `fs.writeFileSync(output, "half", { mode: 0o755 });
     fs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
     const wait = setInterval(() => {
       if (!fs.existsSync(${JSON.stringify(gate)})) return;
       clearInterval(wait);
       ${buildsCli(pulumiVersion)}
     }, 20);`,
  );
  return { pidFile, release: () => void fixture.write("gate", "") };
}

/** Returns whether the process runs. A zombie does not count. */
const isRunning = (pid: number) => identifyProcess(pid) !== undefined;

const patience = { timeout: 20_000, interval: 50 };

describe("two processes that need a CLI at the same time", () => {
  it("build it once: the second waits, reports this, and uses the first CLI", {
    timeout: 60_000,
  }, async () => {
    const { pidFile, release } = addSlowGo();
    const first = ensureInChild();
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), patience);
    const second = ensureInChild();
    await vi.waitFor(() => expect(second.output()).toContain("Waiting for another process"), patience);

    release();
    await Promise.all([once(first.child, "close"), once(second.child, "close")]);

    expect(first.output()).toContain("source: build");
    expect(second.output()).toContain("source: cache");
    expect(fixture.builds).toBe(1);
  });
});

describe("a build that is killed", () => {
  it("stops compiling, leaves no complete folder, and the next build removes its leftovers", {
    timeout: 60_000,
  }, async () => {
    const { pidFile } = addSlowGo();
    const { child } = ensureInChild();
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), patience);
    const goPid = Number(readFileSync(pidFile, "utf8"));
    expect(isRunning(goPid)).toBe(true);

    child.kill("SIGKILL");

    await vi.waitFor(() => expect(isRunning(goPid)).toBe(false), patience);
    const left = readdirSync(fixture.versionFolder);
    expect(left).toEqual([expect.stringMatching(/^\.making-build-/)]);

    fixture.addGo("1.25.8");
    const toolchain = await fixture.ensure();

    expect(toolchain.source).toBe("build");
    expect(readdirSync(fixture.versionFolder).sort()).toEqual(["build", expect.stringMatching(/^host-/)]);
  });
});
