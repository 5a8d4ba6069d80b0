import { UserError } from "../../foundation/userError";
import type { PulumiCli } from "../stack/pulumiCli";

/**
 * Refuses an invalid command line before any service is started. Runs the CLI with `--help=true`, because the CLI checks the
 * command and the options before it prints help. As the first argument, `--help=true` is neither the value of an option nor
 * an argument after `--`.
 * @throws UserError that names the error and the help to read.
 */
export async function refuseWrongUsage(cli: PulumiCli, args: readonly string[]): Promise<void> {
  // `pulumi do` reads its options itself, with the schema of a provider.
  if (args[0] === "do") return;
  const { exitCode, stdout, stderr } = await cli.ask(["--help=true", ...args]);
  const issue = exitCode === 0 ? unknownSubcommand(stdout, args) : wrongUsage(stderr);
  if (issue !== undefined) throw new UserError(issue);
}

function wrongUsage(stderr: string): string {
  const [message = ""] = stderr.replace(/^error: /, "").split("\n");
  const [, hint = ""] = stderr.split("Did you mean this?\n");
  const suggestions = hint.split("\n").flatMap((line) => line.trim() || []);
  const remedy =
    suggestions.length > 0
      ? `did you mean ${suggestions.join(" or ")}?`
      : "type `npm run pulumi -- --help`, or a command and `--help`.";
  return `\`npm run pulumi\` does not accept these arguments (${message}): ${remedy}`;
}

/** Returns the error for `pulumi stack nosuch`, for which the CLI prints the help of `pulumi stack` and exits with 0. */
function unknownSubcommand(help: string, args: readonly string[]): string | undefined {
  const [, command] = /^ {2}pulumi (.+) \[command\]$/m.exec(help) ?? [];
  if (command === undefined) return undefined;
  const words = command.split(" ");
  const begin = args.findIndex((_, index) => words.every((word, offset) => args[index + offset] === word));
  const next = begin < 0 ? undefined : args[begin + words.length];
  if (next === undefined || next.startsWith("-")) return undefined;
  return `\`npm run pulumi -- ${command}\` has no command ${next}: type \`npm run pulumi -- ${command} --help\`.`;
}
