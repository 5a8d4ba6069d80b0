// Creates a plan for review, which `npm run deploy -- <stack> --reviewed <folder>` then applies or refuses.
//   npm run plan -- prod --out plan
import { mkdir, readFile } from "node:fs/promises";
import { Command } from "commander";
import { policyPackArguments } from "../../foundation/policyPack";
import { givenPath, namedStack, requireCommit, run, type StackOption } from "../commandLine";
import { planFile, reviewOf, writeReview } from "../deploy/review";
import { exitCodes, runPulumi } from "../pulumi";
import { buildReport } from "../report/build";
import { deliverReport } from "../report/write";

interface PlanOptions extends StackOption {
  readonly out: string;
}

run(
  new Command("plan")
    .description("Creates a plan for review, bound to this commit and to the current state of the stack.")
    .argument("[stack]", "the stack")
    .option("-s, --stack <name>", "the same")
    .requiredOption("--out <folder>", "folder for the plan, the review and the report")
    .action(async (argument: string | undefined, options: PlanOptions) => {
      const stack = namedStack(argument, options, "plan");
      const commit = requireCommit();
      const folder = givenPath(options.out);
      const plan = planFile(folder);
      await mkdir(folder, { recursive: true });
      const preview = ["preview", "--stack", stack, "--suppress-progress", "--save-plan", plan];
      const result = await runPulumi([...preview, ...policyPackArguments()]);
      const report = buildReport(result, { kind: "preview", stack, commit });
      await deliverReport(report, { format: "text", folder });
      process.exitCode = result.exitCode;
      if (result.exitCode !== exitCodes.success) return;
      await writeReview(
        folder,
        reviewOf({ stack, commit, run: result, report, plan: await readFile(plan, "utf8") }),
      );
      process.stderr.write(
        `The plan is in ${folder}. To apply it: npm run deploy -- ${stack} --reviewed ${options.out}\n`,
      );
    }),
);
