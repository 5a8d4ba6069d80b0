import type { StackRule } from "../rule";

/** Resources that cannot be recreated with their content. */
const irreplaceable: readonly string[] = [
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:cloudwatch/logGroup:LogGroup",
  "supabase:index/project:Project",
];

export const dataIsProtected: StackRule = {
  name: "data-is-protected",
  description:
    "In production the project, the bucket, its key and the log cannot be deleted by a deployment.",
  severity: "critical",
  controls: [],
  onlyInProduction: true,
  problems: (resources) =>
    resources
      .filter(({ type, isProtected }) => irreplaceable.includes(type) && !isProtected)
      .map((resource) => ({ resource, message: "must be protected" })),
};
