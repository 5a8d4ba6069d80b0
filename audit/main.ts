import { readFileSync } from "node:fs";
import { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { UserError } from "../foundation/userError";
import { waiversOfStack } from "../policy/scannerWaivers";
import { declaredStack } from "./declaredStack";
import { exportedStack } from "./exportedStack";
import { judge } from "./judge";
import type { StackResource } from "./resource";
import { scanStack } from "./scan";
import { ensureScanners } from "./scanners/installation";

interface Audited {
  readonly stack: string;
  readonly resources: readonly StackResource[];
}

const program = new Command("npm run audit --")
  .description("check the AWS resources of stacks with checkov, cfn-lint and cdk-nag")
  .argument("[stacks...]", "stacks as their components declare them", ["dev", "prod"])
  .option(
    "--state <file>",
    "check an exported state instead, as `pulumi stack export --file <file>` writes it",
  )
  .action(async (stacks: string[], { state }: { state?: string }) => {
    const audited = state === undefined ? await declaredStacks(stacks) : [readState(state)];
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

/** One after the other: the engine's mocks exist once in a process. */
async function declaredStacks(stacks: readonly string[]): Promise<Audited[]> {
  const declared: Audited[] = [];
  for (const stack of stacks) declared.push({ stack, resources: (await declaredStack(stack)).resources });
  return declared;
}

function readState(file: string): Audited {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(`${file} cannot be read: write it with \`pulumi stack export --file ${file}\`.`, 1, {
      cause,
    });
  }
  return exportedStack(file, text);
}

void runCommandLine(program);
