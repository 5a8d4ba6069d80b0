import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { ensureToolchain } from "../../../local/toolchain";
import { expectNoProcesses, leftoverProcesses } from "../../support/processes";

/** Contains a space, because the path of a checkout may. */
const root = mkdtempSync(path.join(tmpdir(), "language host "));
const project = path.join(root, "project");
let pulumi: string;
let environment: NodeJS.ProcessEnv;
const started: ChildProcess[] = [];

interface Result {
  readonly code: number;
  readonly output: string;
}

async function run(...args: string[]): Promise<Result> {
  return await new Promise((resolve) => {
    execFile(
      pulumi,
      [...args, "--non-interactive", "--color=never"],
      { cwd: project, env: environment },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}

function writeProgram(source: string): void {
  writeFileSync(path.join(project, "index.js"), source);
}

/** Writes a minimal policy pack that the engine accepts. It refuses one type of resource. */
function writePolicyPack(name: string): void {
  const pack = path.join(root, "pack");
  mkdirSync(pack);
  symlinkSync(path.join(checkoutRoot(), "node_modules"), path.join(pack, "node_modules"));
  writeFileSync(path.join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(
    path.join(pack, "package.json"),
    JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
  );
  writeFileSync(
    path.join(pack, "index.js"),
    `
    const grpc = require("@grpc/grpc-js");
    const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
    const analyzer = require("@pulumi/pulumi/proto/analyzer_pb");
    const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
    const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
    const level = analyzer.EnforcementLevel.MANDATORY;
    const answer = (make) => (call, callback) => callback(null, make(call.request));
    const server = new grpc.Server();
    server.addService(AnalyzerService, {
      handshake: answer(() => new analyzer.AnalyzerHandshakeResponse()),
      getPluginInfo: answer(() => new PluginInfo().setVersion("1.0.0")),
      getAnalyzerInfo: answer(() => new analyzer.AnalyzerInfo().setName("${name}").setVersion("1.0.0")
        .setPoliciesList([new analyzer.PolicyInfo().setName("no").setEnforcementlevel(level)])),
      configure: answer(() => new Empty()),
      configureStack: answer(() => new analyzer.AnalyzerStackConfigureResponse()),
      analyzeStack: answer(() => new analyzer.AnalyzeResponse()),
      analyze: answer((request) => new analyzer.AnalyzeResponse().setDiagnosticsList(
        request.getType() !== "tiny:index:Unwanted" ? [] : [
          new analyzer.AnalyzeDiagnostic().setPolicyname("no").setPolicypackname("${name}")
            .setPolicypackversion("1.0.0").setMessage("refused by the pack").setEnforcementlevel(level),
        ])),
    });
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, port) => console.log(port));
    `,
  );
}

beforeAll(async () => {
  const toolchain = await ensureToolchain({ progress: () => undefined });
  pulumi = toolchain.pulumi;
  // With any CLI on this machine, the host under test is ours, because it is first on PATH.
  const bin = path.join(root, "bin");
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, "pulumi-language-nodejs"),
    `#!/bin/sh\nexec '${process.execPath}' '${checkoutRoot()}/dist/language-nodejs.cjs' "$@"\n`,
    { mode: 0o755 },
  );
  const binDirectories = toolchain.source === "path" ? [bin] : [];
  environment = {
    ...process.env,
    PATH: [...binDirectories, toolchain.environment.PATH].join(path.delimiter),
    PULUMI_HOME: path.join(root, "home"),
    PULUMI_BACKEND_URL: `file://${encodeURI(root)}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  mkdirSync(project);
  writeFileSync(
    path.join(project, "Pulumi.yaml"),
    "name: tiny\nruntime: {name: nodejs, options: {typescript: false}}\n",
  );
  writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "tiny", main: "index.js", dependencies: { "@pulumi/pulumi": "*" } }),
  );
  symlinkSync(path.join(checkoutRoot(), "node_modules"), path.join(project, "node_modules"));
  expect(await run("stack", "init", "test")).toMatchObject({ code: 0 });
});

afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

describe("the language host under the real CLI", () => {
  it("runs a program: passes configuration, keeps secrets, shows its output and returns its outputs", async () => {
    writeProgram(`
      const pulumi = require("@pulumi/pulumi");
      const config = new pulumi.Config();
      console.log("printed by the program");
      exports.plain = config.require("plain");
      exports.secret = config.requireSecret("secret").apply((value) => value.toUpperCase());
      exports.where = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
    `);
    await run("config", "set", "plain", "visible");
    await run("config", "set", "--secret", "secret", "hidden");

    const up = await run("up", "--yes", "--skip-preview");

    expect(up).toMatchObject({ code: 0 });
    expect(up.output).toContain("printed by the program");
    expect(up.output).not.toMatch(/hidden/i);
    const outputs = await run("stack", "output", "--json", "--show-secrets");
    expect(JSON.parse(outputs.output)).toEqual({
      plain: "visible",
      secret: "HIDDEN",
      where: "organization/tiny/test",
    });
  });

  it("supports `pulumi about`", async () => {
    const about = await run("about");

    expect(about.output).toContain(
      `This project is written in nodejs: executable='${process.execPath}' version='${process.version}' packagemanager='npm'`,
    );
    expect(about.output).toMatch(/^@pulumi\/pulumi +3\.246\.0/m);
  });

  it("shows the error of a program once, with its location, and no frames of the host", async () => {
    writeProgram(`
      require(${JSON.stringify(path.join(checkoutRoot(), "build", "pulumi-patches", "plainErrors.cjs"))});
      require("@pulumi/pulumi");
      function faulty() { throw new Error("broken on purpose"); }
      faulty();
    `);

    const { code, output } = await run("preview");

    expect(code).not.toBe(0);
    expect(output.match(/Error: broken on purpose/g)).toHaveLength(1);
    expect(output).toMatch(/at faulty \(.*index\.js:4:/);
    expect(output).not.toContain("non-zero exit code");
  });

  it("reports a program that exits with a code", async () => {
    writeProgram(`require("@pulumi/pulumi"); process.exit(7);`);

    const { code, output } = await run("preview");

    expect(code).not.toBe(0);
    expect(output).toContain("Program exited with non-zero exit code: 7");
  });

  it("runs a policy pack, and the preview fails when a policy is violated", async () => {
    writePolicyPack("unwanted");
    const component = (type: string) => `
      const pulumi = require("@pulumi/pulumi");
      new pulumi.ComponentResource("tiny:index:${type}", "one");
    `;
    writeProgram(component("Unwanted"));
    const violated = await run("preview", "--policy-pack", path.join(root, "pack"));
    writeProgram(component("Other"));
    const kept = await run("preview", "--policy-pack", path.join(root, "pack"));

    expect(violated.code).not.toBe(0);
    expect(violated.output).toContain("refused by the pack");
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.output).not.toContain("refused by the pack");
    await expectNoProcesses(path.join(root, "pack"));
  });

  it("leaves no process behind when the CLI is killed", async () => {
    writeProgram(`
      require("@pulumi/pulumi");
      require("node:child_process").spawn("sleep", ["300"], { cwd: __dirname });
      setInterval(() => undefined, 1000);
    `);
    const cli = spawn(pulumi, ["preview", "--non-interactive"], {
      cwd: project,
      env: environment,
      stdio: "ignore",
    });
    started.push(cli);
    const ours = () => leftoverProcesses(project).map(({ command }) => command);
    const patience = { timeout: 30_000, interval: 100 };
    await vi.waitFor(
      () => expect(ours().some((command) => command.startsWith("sleep"))).toBe(true),
      patience,
    );
    expect(ours().some((command) => command.includes("language-nodejs"))).toBe(true);
    expect(ours().some((command) => command.includes("cmd/run"))).toBe(true);

    const exit = once(cli, "exit");
    cli.kill("SIGKILL");
    await exit;

    await vi.waitFor(() => expect(ours()).toEqual([]), patience);
  });
});
