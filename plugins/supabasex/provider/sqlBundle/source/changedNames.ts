import { parseSql } from "./parser";

/** A name in a parse tree that differs from another one. */
export interface ChangedName {
  /** The field of the tree, such as `relname`; `sval` in a list of names. */
  readonly field: string;
  /** Whether it qualifies a name: the first of a list. */
  readonly isQualifier: boolean;
  /** What a statement about an object without a schema is about, such as `OBJECT_SCHEMA`, if this is the object. */
  readonly objectType: string | undefined;
}

/** Fields with the names of objects. Privileges, options and texts are in others. */
const nameFields: ReadonlySet<string> = new Set([
  "conname",
  "name",
  "policy_name",
  "pubname",
  "relname",
  "rolename",
  "schemaname",
  "sval",
  "trigname",
]);

/** Lists with the parts of one name. The fields of a column's name begin with the table's, or with the schema's if there are three. */
const qualifiedLists: ReadonlySet<string> = new Set(["funcname", "items", "names", "objname"]);

/**
 * Returns the names in which two texts of a statement differ; `undefined` if they differ in anything else, or if the parser
 * refuses one of them.
 */
export function changedNames(
  one: string,
  other: string,
  serverMajor: number | undefined,
): readonly ChangedName[] | undefined {
  try {
    const [former, present] = [one, other].map((text) => parseSql(text, serverMajor).stmts?.[0]?.stmt);
    const found: ChangedName[] = [];
    return compare(former, present, { field: "", isQualifier: false, objectType: undefined }, { found })
      ? found
      : undefined;
  } catch {
    return undefined;
  }
}

function compare(
  one: unknown,
  other: unknown,
  place: ChangedName,
  { found }: { readonly found: ChangedName[] },
): boolean {
  if (one === other) return true;
  if (typeof one === "string" && typeof other === "string") {
    if (nameFields.has(place.field)) found.push(place);
    return nameFields.has(place.field);
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    const isName = qualifiedLists.has(place.field) || (place.field === "fields" && one.length > 2);
    const isQualified = isName && one.length > 1;
    return (
      one.length === other.length &&
      one.every((item, at) =>
        compare(item, other[at], { ...place, isQualifier: isQualified && at === 0 }, { found }),
      )
    );
  }
  if (!isNode(one) || !isNode(other)) return false;
  const fields = fieldsOf(one);
  if (fields.join() !== fieldsOf(other).join()) return false;
  const objectType = objectTypeOf(one);
  return fields.every((field) => {
    // `object` of a comment, `objects` of a grant, and the schemas of default privileges.
    const isObject = /^(object|objects|arg)$/.test(field);
    const inside = /^(String|List|items|sval)$/.test(field);
    const about = inside ? place.objectType : isObject ? objectType : undefined;
    const isQualifier = inside && place.isQualifier;
    return compare(one[field], other[field], { field, isQualifier, objectType: about }, { found });
  });
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the fields without the positions in the text. */
function fieldsOf(node: Node): string[] {
  return Object.keys(node)
    .filter((field) => !/^(location|stmt_len|stmt_location)$/.test(field))
    .sort();
}

function objectTypeOf({ objtype, objectType, targtype, defname }: Node): string | undefined {
  if (defname === "schemas" || targtype === "ACL_TARGET_ALL_IN_SCHEMA") return "OBJECT_SCHEMA";
  const type = objtype ?? objectType;
  return typeof type === "string" ? type : undefined;
}
