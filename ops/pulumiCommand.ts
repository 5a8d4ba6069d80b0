import { execa } from "execa";
import { UserError } from "../foundation/userError";

export interface CommandOptions {
  /** The npm script that puts the CLI on PATH, for the message if it is missing. */
  readonly script: string;
  /** Standard input. Default: none. */
  readonly input?: string;
}

/**
 * Runs a CLI command that has no events, and returns its standard output. The output may contain secrets, so a failure
 * only shows the errors from standard error. Throws a UserError if it fails or the CLI is not installed.
 */
export async function pulumiOutput(
  args: readonly string[],
  { script, input }: CommandOptions,
): Promise<string> {
  const result = await execa("pulumi", [...args, "--non-interactive"], {
    reject: false,
    // The state of a stack may be longer than any default.
    maxBuffer: Number.POSITIVE_INFINITY,
    ...(input !== undefined && { input }),
  });
  if (result.code === "ENOENT")
    throw new UserError(
      `There is no \`pulumi\` on PATH: run this as \`npm run ${script}\`, which finds one.`,
    );
  if (result.failed) {
    const [reason] = result.stderr.split("\n").filter((line) => line.startsWith("error:"));
    throw new UserError(
      `\`pulumi ${args.join(" ")}\` failed, ${reason ?? "without a message"}; log in to the stack's backend and check that it has this stack.`,
    );
  }
  return result.stdout;
}
