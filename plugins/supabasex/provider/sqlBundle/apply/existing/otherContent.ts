import type { Node } from "libpg-query";
import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, type CatalogObject, isSameObject } from "../../catalog";
import { texts } from "../../repair/createStatement";
import { firstIdentifier, quote } from "../../source/identifiers";
import type { SearchPath } from "../../source/searchPath";
import { declares } from "./leftOutParts";
import type { RolesElsewhere } from "./rolesElsewhere";

export const existingRole =
  "Roles belong to the whole server: create it only if pg_roles does not have it, in a do block, and set its attributes with alter role.";

interface Catalogs {
  readonly live: Catalog;
  readonly expected: Catalog;
}

interface Known extends Catalogs {
  readonly rolesElsewhere: RolesElsewhere;
}

/** A statement with the search path with which it runs. */
export interface Placed {
  readonly node: Node;
  readonly path: SearchPath;
}

/**
 * Returns in one sentence why the manual object of a statement cannot belong to the bundle, although the server would
 * accept a repair.
 */
export function otherContent(placed: Placed, known: Known): string | undefined {
  return otherRole(placed.node, known) ?? otherParts(placed, known);
}

/**
 * Returns in one sentence how a manual enum or composite type differs from the one that a statement creates, if it has
 * other labels or attributes. A repair would rename them, and rows with these values would get another meaning.
 */
function otherParts({ node, path }: Placed, { live, expected }: Catalogs): string | undefined {
  const kind = "CreateEnumStmt" in node ? "enum" : "CompositeTypeStmt" in node ? "composite" : undefined;
  if (kind === undefined) return undefined;
  const identity = Object.keys(live).find(
    (one) => one.startsWith("type ") && live[one]?.kind === kind && declares(node, one, path),
  );
  const [is, should] = [live, expected].map((catalog) => catalog[identity ?? ""]);
  if (is === undefined || should?.kind !== kind)
    return "An object with this name exists, but the name does not refer to this type: write the schema of the type, or rename or drop that object.";
  return otherPartsOf(is, should);
}

/** Returns the same for an enum or a composite type with its definition; `undefined` for other types. */
function otherPartsOf(is: CatalogObject, should: CatalogObject): string | undefined {
  if (is.kind === "enum") {
    const [are, asked] = [texts(is.labels), texts(should.labels)];
    if (are.every((label) => asked.includes(label))) return undefined;
    return `It was created manually with the labels ${are.join(", ")}, not ${asked.join(", ")}: rename or drop it.`;
  }
  if (is.kind !== "composite") return undefined;
  const [are, asked] = [is, should].map((type) => texts(type.attributes).map(firstIdentifier)) as [
    string[],
    string[],
  ];
  // Rows have the values in this order. Others can only follow.
  if (are.every((name, at) => name === asked[at])) return undefined;
  return `It was created manually with the attributes ${are.join(", ")}, not ${asked.join(", ")}: rename or drop it.`;
}

/**
 * Refuses manual types that files would create, but with other labels or attributes, if no statement of a file was refused: a
 * block may create a type only if it is missing.
 *
 * @param expected after the files ran without the manual changes
 * @param after after they ran with them
 */
export function refuseOtherTypes(
  expected: Catalog,
  former: { readonly expected: Catalog; readonly reading: { readonly catalog: Catalog } },
  { catalog: after }: { readonly catalog: Catalog },
): void {
  const others = Object.entries(expected).flatMap(([identity, should]) => {
    const is = after[identity];
    const isManual =
      former.expected[identity] === undefined && former.reading.catalog[identity] !== undefined;
    if (!isManual || is === undefined || is.kind !== should.kind || !identity.startsWith("type ")) return [];
    const other = otherPartsOf(is, should);
    return other === undefined ? [] : [`  ${escapeControls(identity)}: ${other}`];
  });
  if (others.length === 0) return;
  throw new UserError(
    [
      "Files create types that already exist with other labels or attributes, which rows may use:",
      ...others,
      "  Then run the command again.",
    ].join("\n"),
  );
}

/**
 * Returns in one sentence why a manual role is not the one that a statement creates. A role belongs to the whole server,
 * and only superusers can read whether it has a password.
 */
function otherRole(node: Node, { live, expected, rolesElsewhere }: Known): string | undefined {
  if (!("CreateRoleStmt" in node)) return undefined;
  const name = quote(node.CreateRoleStmt.role);
  const is = live[`role ${name}`];
  if (is === undefined) return undefined;
  const member = `membership ${name} in `;
  const groups = Object.keys(live).flatMap((one) =>
    one.startsWith(member) ? [one.slice(member.length)] : [],
  );
  const settings = [`role settings ${name}`, `role settings ${name} in this database`];
  const database = rolesElsewhere.get(name);
  const reasons = [
    ...(is.login === true ? ["can log in, possibly with a known password"] : []),
    ...(groups.length > 0 ? [`is a member of ${groups.join(", ")}`] : []),
    ...(settings.some((one) => live[one] !== undefined) ? ["has settings"] : []),
    ...(database === undefined ? [] : [`is used in the database ${database}`]),
    ...(isSameObject(is, expected[`role ${name}`]) ? [] : ["has other attributes than this file's"]),
  ];
  if (reasons.length === 0) return undefined;
  return `It exists already and ${reasons.join(" and ")}. ${existingRole}`;
}
