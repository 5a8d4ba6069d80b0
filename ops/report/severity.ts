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
