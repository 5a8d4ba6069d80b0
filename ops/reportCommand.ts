import { Command, Option } from "commander";
import { givenPath, type StackOption } from "./commandLine";
import { type ReportFormat, type ReportPlaces, reportFormats } from "./report/write";

/** The options that all programs in ops/ share that report on a stack. */
export interface ReportOptions extends StackOption {
  readonly format: ReportFormat;
  readonly out?: string;
}

/** Returns the command of a program that reports on a stack, to which options and an action are added. */
export function reportCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("[stack]", "the stack")
    .option("-s, --stack <name>", "the same")
    .addOption(
      new Option("--format <format>", "how to print the report").choices(reportFormats).default("text"),
    )
    .option("--out <folder>", "also write the report to this folder, in every format");
}

/** Returns the outputs of a report, from the command's options. */
export function reportPlaces({ format, out }: ReportOptions): ReportPlaces {
  return { format, folder: out === undefined ? undefined : givenPath(out) };
}
