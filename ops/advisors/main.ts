// Prints the findings of Supabase's advisors for a stack's database, the most severe first.
//   npm run advisors -- dev [--format text|json]
import { Command, Option } from "commander";
import { namedStackOrLocal, run, type StackOption } from "../commandLine";
import { exitCodes } from "../pulumi";
import { stackProject } from "../stackProject";
import { acceptanceOf, isOpen } from "./accepted";
import { type Finding, findingText, readFindings } from "./findings";

interface AdvisorsOptions extends StackOption {
  readonly format: "text" | "json";
}

run(
  new Command("advisors")
    .description("Prints what Supabase's advisors find in a stack's database.")
    .argument("[stack]", "the stack; default: local")
    .option("-s, --stack <name>", "the same")
    .addOption(new Option("--format <format>", "how to print them").choices(["text", "json"]).default("text"))
    .action(async (argument: string | undefined, options: AdvisorsOptions) => {
      const stack = namedStackOrLocal(argument, options, "advisors");
      const findings = await readFindings(await stackProject(stack, "advisors"));
      process.stdout.write(
        options.format === "json" ? `${JSON.stringify(findings, null, 2)}\n` : textOf(stack, findings),
      );
      if (findings.some(isOpen)) process.exitCode = exitCodes.changesFound;
    }),
);

function textOf(stack: string, findings: readonly Finding[]): string {
  const open = findings.filter(isOpen);
  const accepted = new Map<string, { count: number; reason: string }>();
  for (const finding of findings) {
    const reason = acceptanceOf(finding)?.reason;
    if (reason === undefined) continue;
    accepted.set(finding.name, { count: (accepted.get(finding.name)?.count ?? 0) + 1, reason });
  }
  const lines = [
    `The advisors find ${open.length === 0 ? "nothing new" : open.length} in the database of stack ${stack}.`,
    ...open.map(findingText),
    ...[...accepted].map(([name, { count, reason }]) => `accepted ${name} (${count}): ${reason}`),
  ];
  return `${lines.join("\n")}\n`;
}
