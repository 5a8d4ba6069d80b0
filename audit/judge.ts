import { unusedWaivers, violationOf } from "../policy/judge";
import type { Waiver } from "../policy/waivers";
import type { Finding } from "./finding";

/** The file with the waivers of findings. */
export const waiverFile = "policy/scannerWaivers.ts";

/** The result of comparing findings with waivers. */
export interface Verdict {
  /** One sentence for each finding that no waiver covers. */
  readonly violations: readonly string[];
  /** One sentence for each unused waiver. */
  readonly advice: readonly string[];
  /** Number of waived findings. */
  readonly waived: number;
}

/** Compares the findings about a stack with its waivers. */
export function judge(findings: readonly Finding[], waivers: readonly Waiver[], now: Date): Verdict {
  const violations = findings.flatMap(({ scanner, rule, resource, message }) => {
    const required = message.replace(/\.$/, "");
    const violation = violationOf({ name: rule }, resource, required, { waivers, now, file: waiverFile });
    if (violation === undefined) return [];
    const remedy =
      violation === `${required}.`
        ? `${required}: correct the component, or add a waiver with a date to ${waiverFile}.`
        : violation;
    return [`${resource}: ${scanner} ${rule}: ${remedy}`];
  });
  return {
    violations,
    advice: unusedWaivers(waivers, findings).map(
      ({ rule, resource }) =>
        `The waiver of ${rule} for ${resource} is not needed: remove it from ${waiverFile}.`,
    ),
    waived: findings.length - violations.length,
  };
}
