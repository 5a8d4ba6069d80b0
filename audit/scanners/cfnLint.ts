import * as z from "zod";
import type { Finding } from "../finding";
import type { Scanners } from "./installation";
import { type ConvertedStack, reportOf } from "./run";

const report = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);

export type CfnLintReport = z.output<typeof report>;

export async function runCfnLint(
  { python }: Scanners,
  { template, folder }: ConvertedStack,
): Promise<CfnLintReport> {
  return await reportOf("cfn-lint", [python, "-m", "cfnlint.runner.cli", "--format", "json", template], {
    schema: report,
    folder,
  });
}

/** Returns cfn-lint's findings, each with the resource at its path. */
export function cfnLintFindings(results: CfnLintReport, names: ReadonlyMap<string, string>): Finding[] {
  return results.map(({ Rule, Message, Location }) => {
    const [, logicalId] = Location.Path ?? [];
    return {
      scanner: "cfn-lint",
      rule: Rule.Id,
      resource: names.get(String(logicalId)) ?? "template",
      message: Message,
    };
  });
}
