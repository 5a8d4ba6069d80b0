import path from "node:path";
import { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { pluginCommand } from "../../../local/toolchain/languageHost/plugin";
import { programCommand, programResult } from "../../../local/toolchain/languageHost/program";
import { splitWords } from "../../../local/toolchain/languageHost/runtimeOptions";

const root = checkoutRoot();
const sdk = (module: string) => path.join(root, "node_modules/@pulumi/pulumi/cmd", module, "index.js");
const engine = { address: "127.0.0.1:2", tracing: "" };

function programInfo(options: Record<string, string | boolean>, directory = root): ProgramInfo {
  return new ProgramInfo()
    .setRootDirectory(root)
    .setProgramDirectory(directory)
    .setEntryPoint(".")
    .setOptions(Struct.fromJavaScript(options));
}

function runRequest(info = programInfo({})): RunRequest {
  const request = new RunRequest()
    .setProject("p")
    .setStack("s")
    .setOrganization("o")
    .setPwd(root)
    .setMonitorAddress("127.0.0.1:1")
    .setParallel(8)
    .setInfo(info);
  request.getConfigMap().set("p:plain", "1").set("p:key", "hidden");
  return request.setConfigsecretkeysList(["p:key"]);
}

describe("programCommand", () => {
  it("runs the program with the SDK's runner and passes all options", () => {
    const command = programCommand(runRequest().setDryrun(true).setArgsList(["a b"]), engine, { HOME: "/h" });

    expect(command.command).toBe(process.execPath);
    expect(command.cwd).toBe(root);
    const flags =
      "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization o --project p --root-directory ROOT --stack s --pwd ROOT --parallel 8 --dry-run .";
    expect(command.args).toEqual([
      sdk("run"),
      ...flags.split(" ").map((word) => (word === "ROOT" ? root : word)),
      "a b",
    ]);
    expect(command.environment).toEqual({
      HOME: "/h",
      PULUMI_CONFIG: '{"p:key":"hidden","p:plain":"1"}',
      PULUMI_CONFIG_SECRET_KEYS: '["p:key"]',
      PULUMI_NODEJS_TYPESCRIPT: "true",
    });
  });

  it("keeps configuration out of the arguments, which every user of the machine can read", () => {
    expect(programCommand(runRequest(), engine, {}).args.join(" ")).not.toContain("hidden");
  });

  it("honors the runtime options, which override the shell's settings", () => {
    const info = programInfo({
      typescript: false,
      nodeargs: "--trace-warnings --title='a b'",
      tsconfig: "t.json",
    });

    const command = programCommand(runRequest(info), engine, { PULUMI_NODEJS_TYPESCRIPT: "true" });

    expect(command.args.slice(0, 3)).toEqual(["--trace-warnings", "--title=a b", sdk("run")]);
    expect(command.environment.PULUMI_NODEJS_TYPESCRIPT).toBeUndefined();
    expect(command.environment.PULUMI_NODEJS_TSCONFIG_PATH).toBe("t.json");
  });

  it("says what to do if the program's SDK is not installed", () => {
    expect(() => programCommand(runRequest(programInfo({}, "/nowhere")), engine, {})).toThrow(
      "@pulumi/pulumi is not installed in /nowhere: run npm install there.",
    );
  });
});

describe("programResult", () => {
  it.each([
    [{ code: 0 }, { error: "", bail: false }],
    [{ code: 32 }, { error: "", bail: true }],
    [{ code: 3 }, { error: "Program exited with non-zero exit code: 3", bail: false }],
    [{ signal: "SIGKILL" as const }, { error: "Program ended by signal SIGKILL", bail: false }],
  ])("of %j is %j", (exit, expected) => {
    expect(programResult(exit)).toEqual(expected);
  });
});

describe("pluginCommand", () => {
  const request = (kind: string) =>
    new RunPluginRequest()
      .setKind(kind)
      .setPwd("/elsewhere")
      .setInfo(programInfo({}))
      .setArgsList(["--logtostderr", "-v=3", "127.0.0.1:2"])
      .setEnvList(["A=1", "B=x=y", "A=2"]);

  it("gives a policy pack the engine's address and its own folder", () => {
    const command = pluginCommand(request("analyzer"));

    expect(command.args).toEqual([sdk("run-policy-pack"), "127.0.0.1:2", root]);
    expect(command.cwd).toBe("/elsewhere");
    expect(command.environment).toEqual({ A: "2", B: "x=y", PULUMI_NODEJS_TYPESCRIPT: "true" });
  });

  it("gives a provider its own folder and the engine's arguments", () => {
    expect(pluginCommand(request("resource")).args).toEqual([
      sdk("run-plugin"),
      root,
      "--logtostderr",
      "-v=3",
      "127.0.0.1:2",
    ]);
  });
});

describe("splitWords", () => {
  it.each([
    ["", []],
    ["  --a   --b=1 ", ["--a", "--b=1"]],
    [`--title="a b" 'c d' e"f g"h`, ["--title=a b", "c d", "ef gh"]],
  ])("%j", (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });
});
