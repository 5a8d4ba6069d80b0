import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { type Command, typeScriptEnvironment } from "./program";
import { readRuntimeOptions } from "./runtimeOptions";
import { resolveSdkModule } from "./sdkModule";

/** Returns the command for a plugin in Node.js: a policy pack (kind `analyzer`), a provider or a converter. */
export function pluginCommand(request: RunPluginRequest): Command {
  const info = request.getInfo();
  const options = readRuntimeOptions(info);
  const directory = info?.getProgramDirectory() || request.getProgram();
  const isPolicyPack = request.getKind() === "analyzer";
  const runner = resolveSdkModule(directory, isPolicyPack ? "cmd/run-policy-pack" : "cmd/run-plugin");
  // The policy runner takes only the engine's address, as the first argument. The engine passes it last.
  const args = isPolicyPack
    ? [request.getArgsList().at(-1) ?? "", directory]
    : [directory, ...request.getArgsList()];
  return {
    command: process.execPath,
    args: [...options.nodeArguments, runner, ...args],
    cwd: request.getPwd(),
    environment: { ...parseEnvironment(request.getEnvList()), ...typeScriptEnvironment(options) },
  };
}

/**
 * Parses the environment. The engine sends the whole environment as `NAME=value` lines. If a name repeats, the last value counts.
 */
export function parseEnvironment(lines: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
