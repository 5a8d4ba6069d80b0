import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** `runtime.options` of Pulumi.yaml, as the Node.js runtime knows them. */
export interface RuntimeOptions {
  /** Compile with ts-node while loading. Default true. */
  readonly typescript: boolean;
  /** Path of the tsconfig.json for ts-node. Default: ts-node's own choice. */
  readonly tsconfig: string | undefined;
  /** Flags for node itself. */
  readonly nodeArguments: readonly string[];
  /** Default npm. */
  readonly packageManager: string;
}

export function readRuntimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  return {
    typescript: options.typescript !== false,
    tsconfig: typeof options.tsconfig === "string" && options.tsconfig !== "" ? options.tsconfig : undefined,
    nodeArguments: typeof options.nodeargs === "string" ? splitWords(options.nodeargs) : [],
    packageManager:
      typeof options.packagemanager === "string" && options.packagemanager !== ""
        ? options.packagemanager
        : "npm",
  };
}

/** The words of a command line; single or double quotes keep blanks together. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
