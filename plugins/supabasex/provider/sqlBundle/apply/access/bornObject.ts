import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../../foundation/json";
import { type Catalog, type CatalogObject, partsOfIdentity } from "../../catalog";
import { quote } from "../../source/identifiers";

/**
 * Returns an object of a repeatable as its `create` statement leaves it: without comment, enabled, owned by its
 * creator, and with the privileges that the creator's default privileges grant.
 */
export function bornObject(
  identity: string,
  object: CatalogObject,
  { creator, live }: { readonly creator: string; readonly live: Catalog },
): CatalogObject {
  const { kind } = partsOfIdentity(identity);
  const { comment: _comment, ...born }: Record<string, JsonValue> = { ...object };
  if (born.enabled !== undefined) born.enabled = "yes";
  if (born.active !== undefined) born.active = true;
  if (born.owner !== undefined) born.owner = creator;
  if (born.grants !== undefined) born.grants = bornGrants(identity, creator, live);
  if (kind !== "bucket") return born;
  const { fileSizeLimit: _size, allowedMimeTypes: _types, ...bucket } = born;
  return { ...bucket, public: false };
}

/** Kind → its name in default privileges, and PUBLIC's privileges on such an object if none are set. */
const classes: Readonly<Record<string, { readonly plural: string; readonly builtIn: JsonObject }>> = {
  view: { plural: "tables", builtIn: {} },
  "materialized view": { plural: "tables", builtIn: {} },
  function: { plural: "functions", builtIn: { public: ["execute"] } },
  procedure: { plural: "functions", builtIn: { public: ["execute"] } },
  type: { plural: "types", builtIn: { public: ["usage"] } },
};

/**
 * Returns the default privileges of a role that apply to a new object: those for all schemas, and those for the
 * object's schema.
 */
export function defaultsFor(
  identity: string,
  creator: string,
  defaults: Catalog,
): [everywhere: CatalogObject | undefined, inSchema: CatalogObject | undefined] {
  const { kind, schema } = partsOfIdentity(identity);
  const plural = classes[kind]?.plural;
  const role = quote(creator);
  if (plural === undefined) return [undefined, undefined];
  return [
    defaults[`default privileges ${role} ${plural}`],
    defaults[`default privileges ${role} in ${schema} ${plural}`],
  ];
}

function bornGrants(identity: string, creator: string, live: Catalog): JsonObject {
  const ofKind = classes[partsOfIdentity(identity).kind];
  if (ofKind === undefined) return {};
  const [everywhere, inSchema] = defaultsFor(identity, creator, live);
  const always = everywhere?.grants ?? ofKind.builtIn;
  const result: JsonObject = isJsonObject(always) ? { ...always } : {};
  for (const [grantee, privileges] of Object.entries(isJsonObject(inSchema?.grants) ? inSchema.grants : {})) {
    result[grantee] = together(privilegeList(result[grantee]), privilegeList(privileges));
  }
  return result;
}

/** Returns the privileges of a role with two lists. The grant option on a privilege includes the privilege. */
function together(one: readonly string[], other: readonly string[]): string[] {
  const held = new Set([...one, ...other]);
  for (const whole of ["all with grant option", "all"]) if (held.has(whole)) return [whole];
  return [...held].filter((item) => !held.has(`${item} with grant option`)).sort();
}

/** Returns the default privileges of a role in all schemas if none are set. */
export function builtInDefaults(identity: string): JsonObject {
  const { schema, name } = partsOfIdentity(identity);
  const ofKind = Object.values(classes).find(({ plural }) => name.endsWith(` ${plural}`));
  return schema === undefined ? { ...ofKind?.builtIn } : {};
}

export function privilegeList(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
