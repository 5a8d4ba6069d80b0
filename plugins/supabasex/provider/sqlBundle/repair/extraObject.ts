import { isJsonObject } from "../../../../../foundation/json";
import { apiRoles, type CatalogObject, type ObjectIdentity } from "../catalog";
import { alterStatements } from "./alterStatements";
import { text } from "./createStatement";
import { grantStatements, grantTarget } from "./grants";
import { dropOf, type Place } from "./place";

/** See the fields of `Repair`. */
export interface ExtraRepair {
  readonly statements?: readonly string[];
  readonly prune?: readonly string[];
  readonly reported?: boolean;
}

/** Extra objects that `prune: drop` drops. All other kinds may hold data or belong to others. */
const prunable: ReadonlySet<string> = new Set([
  "policy",
  "function",
  "procedure",
  "trigger",
  "publication table",
  "publication schema",
]);

/** Returns what is done about an extra object. */
export function extraObject(place: Place, is: CatalogObject): ExtraRepair {
  const { object, expected } = place;
  if (object.kind === "default privileges") {
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  }
  if (object.kind === "column" && is.type === undefined) {
    // A view's column is only listed because of its grants or comment.
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  }
  // For the schema public, only what the API may not have: see watchedPart.
  if (object.kind === "schema")
    return { prune: grantStatements({}, is.grants, grantTarget(object, {})).extra };
  const parent = object.kind === "table" ? expected[`table ${text(is.partitionOf)}`] : undefined;
  if (parent !== undefined) return partition(object, is, parent);
  if (object.kind === "trigger" && is.inheritedFrom !== undefined) {
    const inherited = expected[`trigger ${text(is.inheritedFrom)} ${object.name}`] ?? {};
    return {
      statements:
        alterStatements(object, "enabled", inherited.enabled ?? "yes", { expected: inherited, live: is }) ??
        [],
    };
  }
  if (!prunable.has(object.kind)) return { reported: true };
  return { prune: [dropOf(place)] };
}

/**
 * Returns what is done about a partition. It is only listed if it differs from its parent: it should match it, but be
 * closed to the API.
 */
function partition(object: ObjectIdentity, is: CatalogObject, parent: CatalogObject): ExtraRepair {
  const statements = ["owner", "rowSecurity", "rowSecurityForced"]
    .filter((property) => is[property] !== undefined)
    .flatMap(
      (property) => alterStatements(object, property, parent[property], { expected: parent, live: is }) ?? [],
    );
  const grants = isJsonObject(parent.grants) ? parent.grants : {};
  const allowed = Object.fromEntries(Object.entries(grants).filter(([grantee]) => !apiRoles.has(grantee)));
  const prune =
    is.grants === undefined ? [] : grantStatements(allowed, is.grants, grantTarget(object, parent)).extra;
  return { statements, prune, reported: statements.length + prune.length === 0 };
}
