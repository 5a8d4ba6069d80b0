// Previews a stack and reports what the change does, separately from the drift that a deployment would repair.
//   npm run preview -- dev [--base origin/main] [--format text|markdown|json] [--out <folder>]
//   npm run preview -- like-dev --deploy-copy
import { policyPackArguments } from "../../foundation/policyPack";
import { checkedOutCommit, namedStack, run } from "../commandLine";
import { runPulumi } from "../pulumi";
import { buildReport } from "../report/build";
import { deliverReport } from "../report/write";
import { type ReportOptions, reportCommand, reportPlaces } from "../reportCommand";
import { costOfPreview } from "./cost";
import { previewAndDeploy } from "./deployCopy";

interface PreviewOptions extends ReportOptions {
  readonly commit?: string;
  readonly base?: string;
  readonly policies: boolean;
  readonly deployCopy?: boolean;
}

run(
  reportCommand("preview", "Previews a stack and reports what the change does, separate from drift.")
    .option("--commit <hash>", "the commit under review; default: the checked-out commit")
    .option("--base <commit>", "compare the monthly cost with the configuration of this commit")
    .option("--no-policies", "run without the policy pack")
    .option(
      "--deploy-copy",
      "for a stack on this machine: then deploy the change, and report new findings of Supabase's advisors",
    )
    .action(async (argument: string | undefined, options: PreviewOptions) => {
      const stack = namedStack(argument, options, "preview");
      const policies = options.policies ? policyPackArguments() : [];
      const preview = async () =>
        await runPulumi(["preview", "--stack", stack, "--suppress-progress", ...policies]);
      const { result, copy } =
        options.deployCopy === true ? await previewAndDeploy(stack, preview) : { result: await preview() };
      const commit = options.commit ?? checkedOutCommit();
      const report = buildReport(result, {
        kind: "preview",
        stack,
        commit,
        copy,
        cost: costOfPreview(stack, options.base),
      });
      await deliverReport(report, reportPlaces(options));
      process.exitCode = result.exitCode || (copy?.deployment.exitCode ?? 0);
    }),
);
