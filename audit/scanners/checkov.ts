import { z } from "zod";
import type { Finding } from "../finding";
import type { Scanners } from "./installation";
import { reportOf } from "./run";

const framework = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string(), check_name: z.string() })),
    parsing_errors: z.array(z.unknown()).optional(),
  }),
  summary: z.object({ resource_count: z.number(), parsing_errors: z.number() }),
});

/** One object for each framework, or the one object alone. */
const report = z.union([z.array(framework), framework.transform((one) => [one])]);

export type CheckovReport = z.output<typeof report>;

/** The files that checkov reads. It has more checks for plans of Terraform, and some for templates alone. */
export interface CheckovFiles {
  readonly plan: string;
  readonly template: string;
}

export async function runCheckov({ python }: Scanners, files: CheckovFiles): Promise<CheckovReport> {
  return await reportOf(
    "checkov",
    [
      ...([python, "-m", "checkov.main"] as const),
      ...["--framework", "terraform_plan", "cloudformation"],
      ...["--file", files.plan, files.template],
      // Nothing is fetched from the vendor's platform.
      ...["--skip-download", "--compact", "--quiet", "--output", "json"],
    ],
    report,
  );
}

/**
 * Returns checkov's findings. `names` maps an address in the plan, or a logical id in the template, to the logical name.
 * @throws Error for a file that checkov could not read
 */
export function checkovFindings(reports: CheckovReport, names: ReadonlyMap<string, string>): Finding[] {
  return reports.flatMap(({ results, summary }) => {
    if (summary.parsing_errors > 0 || summary.resource_count === 0)
      throw new Error("checkov could not read a converted stack");
    return results.failed_checks.map(({ check_id: rule, resource, check_name: message }) => ({
      scanner: "checkov" as const,
      rule,
      resource: names.get(resource) ?? names.get(resource.split(".").at(-1) ?? "") ?? resource,
      message,
    }));
  });
}
