import * as z from "zod";
import type { Finding } from "../finding";
import type { Scanners } from "./installation";
import { type ConvertedStack, reportOf } from "./run";

const framework = z.object({
  check_type: z.string(),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), resource: z.string(), check_name: z.string() })),
    parsing_errors: z.array(z.unknown()).optional(),
  }),
  summary: z.object({ resource_count: z.number(), parsing_errors: z.number() }),
});

/** A list with one object per framework, or a single object. */
const report = z.union([z.array(framework), framework.transform((one) => [one])]);

export type CheckovReport = z.output<typeof report>;

/** Checkov has more checks for plans of Terraform, and some only for templates. */
const frameworks = ["terraform_plan", "cloudformation"] as const;

export async function runCheckov(
  { python }: Scanners,
  { plan, template, folder }: ConvertedStack,
): Promise<CheckovReport> {
  return await reportOf(
    "checkov",
    [
      ...([python, "-m", "checkov.main"] as const),
      ...["--framework", ...frameworks],
      ...["--file", plan, template],
      // Nothing is fetched from the vendor's platform.
      ...["--skip-download", "--compact", "--quiet", "--output", "json"],
    ],
    { schema: report, folder },
  );
}

/**
 * Returns checkov's findings. `names` maps an address in the plan, or a logical id in the template, to the logical name.
 * @throws Error for a file that checkov could not read, or did not report on
 */
export function checkovFindings(reports: CheckovReport, names: ReadonlyMap<string, string>): Finding[] {
  const absent = frameworks.filter((name) => !reports.some(({ check_type }) => check_type === name));
  if (absent.length > 0) throw new Error(`checkov has no report of the framework ${absent.join(" and ")}`);
  // The two frameworks may give a check different names.
  const checkNames = new Map<string, string>();
  for (const { check_id, check_name } of reports.flatMap(({ results }) => results.failed_checks))
    if (!checkNames.has(check_id)) checkNames.set(check_id, check_name);
  return reports.flatMap(({ results, summary }) => {
    if (summary.parsing_errors > 0 || summary.resource_count === 0)
      throw new Error("checkov could not read a converted stack");
    return results.failed_checks.map(({ check_id: rule, resource, check_name: message }) => ({
      scanner: "checkov" as const,
      rule,
      resource: names.get(resource) ?? names.get(resource.split(".").at(-1) ?? "") ?? resource,
      message: checkNames.get(rule) ?? message,
    }));
  });
}
