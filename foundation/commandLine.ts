import type { Command, CommanderError } from "commander";
import { describeError, UserError } from "./userError";

export interface CommandLineOptions {
  /** Returns the command as the user types it, such as `npm run plan --`. Default: the names of the command and its parents. */
  readonly calledAs?: (command: Command) => string;
  /** Exit code after an error that is not a UserError. Default 1. */
  readonly failureCode?: number;
  /** Returns the error to report instead of the thrown one. Default: the same. */
  readonly explain?: (error: unknown) => unknown;
}

/**
 * Runs a commander program with the arguments of this process and sets the exit code. A UserError or an invalid command line
 * ends it with one sentence on standard error.
 */
export async function runCommandLine(program: Command, options: CommandLineOptions = {}): Promise<void> {
  const { calledAs = namesOf, failureCode = 1, explain = (error) => error } = options;
  speakPlainly(program, calledAs);
  try {
    await program.parseAsync();
  } catch (thrown) {
    if (isCommanderError(thrown)) {
      // Help and version are printed already and have their own exit codes.
      process.exitCode = thrown.exitCode;
      return;
    }
    const error = explain(thrown);
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = error instanceof UserError ? error.exitCode : failureCode;
  }
}

/** Makes a command and its subcommands report an invalid command line with our messages. */
export function speakPlainly(command: Command, calledAs: (command: Command) => string): void {
  command
    .exitOverride((error) => {
      throw explainCommandLine(error, {
        name: calledAs(command).replace(/ --$/, ""),
        usage: usageOf(command, calledAs),
      });
    })
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ commandUsage: (shown) => usageOf(shown, calledAs) });
  for (const below of command.commands) speakPlainly(below, calledAs);
}

/** Returns the usage of a command with its required options. */
function usageOf(command: Command, calledAs: (command: Command) => string): string {
  const needed = command.options.filter((option) => option.mandatory).map((option) => option.flags);
  return [calledAs(command), ...needed, command.usage()].filter((word) => word !== "").join(" ");
}

function namesOf(command: Command): string {
  return command.parent === null ? command.name() : `${namesOf(command.parent)} ${command.name()}`;
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}

/** Our messages by commander's error code. Each gets the quoted words of commander's message. */
const issues: Readonly<Record<string, (words: readonly string[]) => string>> = {
  "commander.missingArgument": ([argument]) => `needs <${argument}>`,
  "commander.missingMandatoryOptionValue": ([option]) => `needs ${option}`,
  "commander.optionMissingArgument": ([option]) => `needs a value for ${option}`,
  "commander.unknownOption": ([option]) => `has no option ${option}`,
  "commander.unknownCommand": ([command]) => `has no command ${command}`,
};

/**
 * Returns the error of an invalid command line as one sentence that ends with what to type. Help and version, which commander
 * also throws, are returned unchanged.
 */
function explainCommandLine(
  error: CommanderError,
  { name, usage }: { readonly name: string; readonly usage: string },
): Error {
  if (!error.message.startsWith("error: ")) return error;
  const [message = "", hint = ""] = error.message.slice("error: ".length).split("\n");
  const words = [...message.matchAll(/'([^']*)'/g)].map(([, word]) => word ?? "");
  const suggestion = /\(Did you mean (.*)\?\)/.exec(hint)?.[1];
  const [, argument, rule] = /is invalid(?: for argument '([^']*)')?\. (.+?)\.?$/.exec(message) ?? [];
  const [, expected, got] = /Expected (\d+) arguments? but got (\d+)/.exec(message) ?? [];
  const issue =
    rule !== undefined
      ? argument === undefined
        ? `does not take ${words.at(1)} for ${words.at(0)}`
        : `does not take ${words.at(0)} for <${argument}>`
      : got !== undefined
        ? `takes ${expected === "0" ? "no" : expected} argument${expected === "1" ? "" : "s"} and was given ${got}`
        : (issues[error.code]?.(words) ?? `does not accept these arguments (${message})`);
  const remedy =
    rule !== undefined
      ? rule.charAt(0).toLowerCase() + rule.slice(1)
      : suggestion !== undefined
        ? `did you mean ${suggestion}?`
        : `type \`${usage}\``;
  const end = remedy.endsWith("?") ? "" : ".";
  return new UserError(`\`${name}\` ${issue}: ${remedy}${end}`, error.exitCode, { cause: error });
}
