import { createHash } from "node:crypto";

/** The suffix of a role's name must fit into the 64 characters that IAM allows. */
const longest = 40;
const hashLength = 6;

/** Prefixes that AWS reserves, for security groups, log groups and metric namespaces. */
const reserved = /^(sg-|aws$|aws-)/;

/** Returns the error in a resource prefix, phrased to follow its key; undefined if it is valid. */
export function resourcePrefixProblem(prefix: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(prefix) || prefix.length < 3 || prefix.length > longest)
    return `must be 3 to ${longest} lower-case letters, digits and single hyphens, and begin with a letter`;
  if (reserved.test(prefix)) return "must not begin with sg- or aws-, which AWS reserves";
  return undefined;
}

/**
 * Returns the prefix of the names of a stack's resources in AWS: `project.resourcePrefix`, else the project's name in
 * the characters that AWS allows. If that changes the name, a hash of the name follows, so two projects never share a
 * prefix.
 */
export function resourcePrefix(project: {
  readonly name: string;
  readonly resourcePrefix?: string | undefined;
}): string {
  if (project.resourcePrefix !== undefined) return project.resourcePrefix;
  const { name } = project;
  if (resourcePrefixProblem(name) === undefined) return name;
  const folded = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const safe = /^[a-z]/.test(folded) && !reserved.test(folded) ? folded : `stack-${folded}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  return `${safe.slice(0, longest - hashLength - 1).replace(/-+$/, "")}-${hash}`;
}
