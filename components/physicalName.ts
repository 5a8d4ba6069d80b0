const longest = 40;

/**
 * The beginning of every name that a stack's resources have in AWS: lower-case letters, digits and hyphens, at most 40,
 * which leaves room for what follows in a role's 64.
 */
export function physicalName(projectName: string): string {
  return projectName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
}
