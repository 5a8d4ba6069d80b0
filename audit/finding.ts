/** A rule of a scanner that a resource violates. */
export interface Finding {
  readonly scanner: "cdk-nag" | "cfn-lint" | "checkov";
  /** The scanner's id of the rule. */
  readonly rule: string;
  /** Logical name of the resource. */
  readonly resource: string;
  /** The requirement, in the scanner's words. */
  readonly message: string;
}

/** Returns findings without repetitions: checkov reads a stack in two forms. */
export function distinct(findings: readonly Finding[]): Finding[] {
  const byKey = new Map(
    findings.map((finding) => [
      JSON.stringify([finding.scanner, finding.rule, finding.resource, finding.message]),
      finding,
    ]),
  );
  return [...byKey.values()];
}
