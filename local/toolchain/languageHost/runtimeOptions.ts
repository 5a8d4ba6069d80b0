import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** The `runtime.options` of Pulumi.yaml that the Node.js runtime supports. */
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

/** Splits a command line into words. Single or double quotes protect spaces. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
