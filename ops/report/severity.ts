import type { DriftItem } from "./model";

type Subject = Pick<DriftItem, "resource" | "object" | "property" | "what">;

/** Kinds of database objects that control access. */
const accessObjects =
  /^(policy|default privileges|role|membership|extension|function|trigger|event trigger) /;
const accessProperties =
  /^(rowSecurity|rowSecurityForced|grants|owner|using|check|roles|mode|command|public|security|searchPath)$/i;

/** Resources, and properties of any resource, that control access. */
const accessTypes =
  /^(aws:(iam|kms|secretsmanager):|postgresql:index:(Role|GrantRole|Grant)|.*(Policy|PublicAccessBlock|SecurityGroup|OwnershipControls|Encryption\w*|Settings)$)/;
const accessPaths =
  /(polic|permission|privilege|grant|secret|password|public|encrypt|kms|cidr|ingress|egress|auth)/i;

const textPaths = /^(tags|tagsAll|description|comment|displayName)\b/;

/** Returns the severity of a difference: `high` for access, `low` for texts and tags, else `medium`. */
export function severityOf({ resource, object, property, what }: Subject): DriftItem["severity"] {
  if (property !== undefined && textPaths.test(property)) return "low";
  if (object !== undefined) {
    if (property !== undefined)
      return accessProperties.test(property) || accessObjects.test(object) ? "high" : "medium";
    return accessObjects.test(object) ? "high" : "medium";
  }
  if (accessTypes.test(resource.type)) return "high";
  if (what === "missing") return "medium";
  return property !== undefined && accessPaths.test(property) ? "high" : "medium";
}

const severities: readonly DriftItem["severity"][] = ["high", "medium", "low"];

/**
 * Returns the differences in an order that is the same for every run: the most severe first, then by name. The engine works on several
 * resources at a time.
 */
export function mostSevereFirst(drift: readonly DriftItem[]): DriftItem[] {
  const keyed = drift.map((item) => {
    const { severity, object, property = "", resource } = item;
    return { item, key: [severities.indexOf(severity), object ?? resource.name, resource.urn, property] };
  });
  return keyed.sort((one, other) => compare(one.key, other.key)).map(({ item }) => item);
}

function compare(one: readonly (number | string)[], other: readonly (number | string)[]): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  const [former, latter] = [one[at], other[at]];
  if (former === undefined || latter === undefined) return 0;
  return former < latter ? -1 : 1;
}
