import path from "node:path";
import * as z from "zod";
import { checkoutRoot } from "../../foundation/checkout";
import type { Finding } from "../finding";
import type { Scanners } from "./installation";
import { type ConvertedStack, reportOf } from "./run";

const report = z.object({
  violations: z.array(
    z.object({
      ruleName: z.string(),
      description: z.string(),
      violatingResources: z.array(z.object({ constructPath: z.string() })),
    }),
  ),
});

export type CdkNagReport = z.output<typeof report>;

export async function runCdkNag(
  { nagFolder }: Scanners,
  { template, folder }: ConvertedStack,
): Promise<CdkNagReport> {
  const program = path.join(checkoutRoot(), "audit", "scanners", "nag.cjs");
  return await reportOf("cdk-nag", [process.execPath, program, nagFolder, template], {
    schema: report,
    folder,
  });
}

/**
 * Returns the findings of cdk-nag's pack AWS Solutions. Its ids may end with the finding, such as
 * `AwsSolutions-IAM5[Resource::*]`, without account and region.
 */
export function cdkNagFindings({ violations }: CdkNagReport, names: ReadonlyMap<string, string>): Finding[] {
  return violations.flatMap(({ ruleName, description, violatingResources }) =>
    violatingResources.map(({ constructPath }) => {
      const logicalId = constructPath.split("/").at(-1) ?? "";
      return {
        scanner: "cdk-nag" as const,
        rule: withoutPlace(ruleName),
        resource: names.get(logicalId) ?? logicalId,
        message: description,
      };
    }),
  );
}

/** Replaces region and account in the ARNs of a text by placeholders. ARNs of IAM and some other services have no region. */
function withoutPlace(text: string): string {
  return text.replace(
    /(arn:aws[a-z-]*:[a-z0-9-]+:)([a-z0-9-]*):\d{12}:/g,
    (_, service: string, region: string) => `${service}${region === "" ? "" : "<region>"}:<account>:`,
  );
}
