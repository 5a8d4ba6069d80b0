import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../foundation/json";
import { type Catalog, type CatalogObject, partsOfIdentity } from "../catalog";
import { quote } from "../source/declaredObjects";

/**
 * Returns an object of a repeatable as its `create` statement alone leaves it: without comment, switched on, owned by its
 * creator, and with the privileges that the creator's default privileges give.
 */
export function bornObject(
  identity: string,
  object: CatalogObject,
  { creator, live }: { readonly creator: string; readonly live: Catalog },
): CatalogObject {
  const { kind, schema } = partsOfIdentity(identity);
  const { comment: _comment, ...born }: Record<string, JsonValue> = { ...object };
  if (born.enabled !== undefined) born.enabled = "yes";
  if (born.active !== undefined) born.active = true;
  if (born.owner !== undefined) born.owner = creator;
  if (born.grants !== undefined) born.grants = bornGrants(kind, schema, creator, live);
  if (kind !== "bucket") return born;
  const { fileSizeLimit: _size, allowedMimeTypes: _types, ...bucket } = born;
  return { ...bucket, public: false };
}

/** Kind → what default privileges call it, and what everybody may do with such an object where none are set. */
const classes: Readonly<Record<string, { readonly plural: string; readonly builtIn: JsonObject }>> = {
  view: { plural: "tables", builtIn: {} },
  "materialized view": { plural: "tables", builtIn: {} },
  function: { plural: "functions", builtIn: { public: ["execute"] } },
  procedure: { plural: "functions", builtIn: { public: ["execute"] } },
  type: { plural: "types", builtIn: { public: ["usage"] } },
};

function bornGrants(kind: string, schema: string | undefined, creator: string, live: Catalog): JsonObject {
  const ofKind = classes[kind];
  if (ofKind === undefined) return {};
  const { plural, builtIn } = ofKind;
  const role = quote(creator);
  const everywhere = live[`default privileges ${role} ${plural}`]?.grants ?? builtIn;
  const inSchema = live[`default privileges ${role} in ${schema} ${plural}`]?.grants;
  const result: JsonObject = isJsonObject(everywhere) ? { ...everywhere } : {};
  for (const [grantee, privileges] of Object.entries(isJsonObject(inSchema) ? inSchema : {})) {
    const held = new Set([...privilegeList(result[grantee]), ...privilegeList(privileges)]);
    result[grantee] = held.has("all") ? ["all"] : [...held].sort();
  }
  return result;
}

/** Of default privileges of a role in all schemas: what holds where none are set. */
export function builtInDefaults(identity: string): JsonObject {
  const { schema, name } = partsOfIdentity(identity);
  const ofKind = Object.values(classes).find(({ plural }) => name.endsWith(` ${plural}`));
  return schema === undefined ? { ...ofKind?.builtIn } : {};
}

export function privilegeList(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
