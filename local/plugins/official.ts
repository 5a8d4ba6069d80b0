import { existsSync } from "node:fs";
import { execa } from "execa";
import { UserError } from "../../foundation/userError";
import { neededPlugins, type Plugin, pluginFile } from "./install";

export interface OfficialPluginsOptions {
  readonly checkout: string;
  /** The Pulumi home for official plugins. It must not contain stand-ins. */
  readonly pulumiHome: string;
  /** The Pulumi CLI, which downloads the plugins. */
  readonly pulumi: string;
  readonly progress: (line: string) => void;
}

/** Downloads the official plugins that are missing. Throws a UserError if that fails. */
export async function installOfficialPlugins(options: OfficialPluginsOptions): Promise<void> {
  for (const plugin of await neededPlugins(options.checkout)) {
    if (!existsSync(pluginFile(options.pulumiHome, plugin))) await download(plugin, options);
  }
}

async function download(
  { name, version }: Plugin,
  { pulumi, pulumiHome, progress }: OfficialPluginsOptions,
): Promise<void> {
  progress(`downloading the plugin ${name} ${version}`);
  const result = await execa(
    pulumi,
    ["plugin", "install", "resource", name, version, "--non-interactive", "--color", "never"],
    {
      env: { PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      reject: false,
      all: true,
      stdin: "ignore",
    },
  );
  if (result.exitCode === 0) return;
  throw new UserError(
    `The official plugin ${name} ${version} cannot be downloaded (${reasonIn(result.all)}): run \`npm start\` without --official-plugins, which uses this repository's stand-ins.`,
    1,
    { cause: result },
  );
}

/**
 * Returns why a download failed. The CLI retries several times and prints the reason as a warning each time. Its last line does
 * not contain it.
 */
function reasonIn(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const line =
    lines.findLast((text) => text.startsWith("warning: Error downloading plugin: ")) ?? lines.at(-1);
  return (line ?? "without a message").replace(/^(warning: Error downloading plugin|error): /, "").trim();
}
