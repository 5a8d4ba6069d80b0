import { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { waiversOfStack } from "../policy/scannerWaivers";
import { auditedStacks } from "./auditedStacks";
import { judge } from "./judge";
import { scanStack } from "./scan";
import { ensureScanners } from "./scanners/installation";

const program = new Command("npm run audit --")
  .description("check the AWS resources of stacks with checkov, cfn-lint and cdk-nag")
  .argument("[stacks...]", "stacks as their components declare them (default: dev, prod and bootstrap)")
  .option(
    "--state <file>",
    "check an exported state instead, as `pulumi stack export --file <file>` writes it",
  )
  .action(async (stacks: string[], { state }: { state?: string }) => {
    const audited = await auditedStacks(stacks, state);
    const scanners = await ensureScanners((line) => process.stderr.write(`${line}\n`));
    for (const { stack, resources } of audited) {
      const { violations, advice, waived } = judge(
        await scanStack(scanners, resources),
        waiversOfStack(stack),
        new Date(),
      );
      for (const line of violations) console.log(`${stack} ${line}`);
      for (const line of advice) console.log(`${stack} advice: ${line}`);
      console.log(
        `${stack}: ${resources.length} resources, ${violations.length} findings, and ${waived} that are waived`,
      );
      if (violations.length > 0) process.exitCode = 1;
    }
  });

void runCommandLine(program);
