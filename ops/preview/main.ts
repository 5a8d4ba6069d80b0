// Previews a stack and reports what the change does, apart from the drift that a deployment would repair.
//   npm run preview -- dev [--format text|markdown|json] [--out <folder>]
import path from "node:path";
import { Command, Option } from "commander";
import { checkoutRoot } from "../../foundation/checkout";
import { checkedOutCommit, givenPath, namedStack, run, type StackOption } from "../commandLine";
import { runPulumi } from "../pulumi";
import { buildReport } from "../report/build";
import {
  addToStepSummary,
  formatReport,
  type ReportFormat,
  reportFormats,
  writeReport,
} from "../report/write";

interface PreviewOptions extends StackOption {
  readonly format: ReportFormat;
  readonly out?: string;
  readonly commit?: string;
  readonly policies: boolean;
}

run(
  new Command("preview")
    .description("Previews a stack and reports what the change does, apart from drift.")
    .argument("[stack]", "the stack")
    .option("-s, --stack <name>", "the same")
    .addOption(
      new Option("--format <format>", "how to print the report").choices(reportFormats).default("text"),
    )
    .option("--out <folder>", "write the report there, too, in every format")
    .option("--commit <hash>", "the commit under review; default: the one that is checked out")
    .option("--no-policies", "leave out the policy pack")
    .action(async (argument: string | undefined, options: PreviewOptions) => {
      const stack = namedStack(argument, options, "preview");
      const policies = options.policies ? ["--policy-pack", path.join(checkoutRoot(), "policy")] : [];
      const result = await runPulumi(["preview", "--stack", stack, "--suppress-progress", ...policies]);
      const commit = options.commit ?? checkedOutCommit();
      const report = buildReport(result, { kind: "preview", stack, commit });
      process.stdout.write(formatReport(report, options.format));
      if (options.out !== undefined) await writeReport(report, givenPath(options.out));
      await addToStepSummary(report);
      process.exitCode = result.exitCode;
    }),
);
