// Searches a stack for drift: changes made outside of Pulumi, and code that was not deployed.
//   npm run drift -- prod [--format text|markdown|json] [--out <folder>] [--issue]
// Exit code 0: no drift; 7: drift; any other: the search failed.
import { checkedOutCommit, namedStack, run } from "../commandLine";
import { gitHubClient } from "../github/client";
import { gitHubContext } from "../github/context";
import { writeDriftIssue } from "../github/driftIssue";
import { exitCodes, runPulumi } from "../pulumi";
import { deliverReport } from "../report/write";
import { type ReportOptions, reportCommand, reportPlaces } from "../reportCommand";
import { driftExitCodes, driftReport } from "./search";
import { waivers } from "./waivers";

interface DriftOptions extends ReportOptions {
  readonly code: boolean;
  readonly issue?: boolean;
}

run(
  reportCommand(
    "drift",
    "Searches a stack for drift. Exit code 0: none, 7: some, any other: the search failed.",
  )
    .option("--no-code", "do not check for code that was not deployed")
    .option(
      "--issue",
      "in a GitHub workflow: open an issue about the stack, and close it when there is no drift",
    )
    .action(async (argument: string | undefined, options: DriftOptions) => {
      const stack = namedStack(argument, options, "drift");
      const quiet = ["--stack", stack, "--suppress-progress"];
      const refresh = await runPulumi(["refresh", "--preview-only", "--expect-no-changes", ...quiet]);
      const preview =
        options.code && hasAnswer(refresh.exitCode) ? await runPulumi(["preview", ...quiet]) : undefined;
      const commit = checkedOutCommit();
      const { report, exitCode } = driftReport(refresh, preview, { stack, commit, waivers, now: new Date() });
      await deliverReport(report, reportPlaces(options));
      process.exitCode = exitCode;
      if (options.issue === true && exitCode !== driftExitCodes.failed) {
        const context = gitHubContext();
        const outcome = await writeDriftIssue(gitHubClient(context), context, {
          report,
          isOpen: exitCode === driftExitCodes.drift,
        });
        process.stderr.write(`The issue about drift of ${stack}: ${outcome}.\n`);
      }
    }),
);

function hasAnswer(exitCode: number): boolean {
  return exitCode === exitCodes.success || exitCode === exitCodes.changesFound;
}
