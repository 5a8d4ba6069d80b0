import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../foundation/json";
import { shortHash } from "../watch/shortHash";
import { type Entries, withoutSecondFactor } from "../watch/watched";

export function single(identity: string, answer: JsonValue, key: string): Entries {
  const value = isJsonObject(answer) ? answer[key] : undefined;
  return typeof value === "string" && value !== "" ? { [identity]: value } : {};
}

export function domainsOf(domains: JsonValue | undefined): string {
  const names = Object.keys(each(domains ?? [], ({ domain }) => [String(domain), ""]));
  return names.length === 0 ? "none" : names.join(", ");
}

/** Returns the type of an API key, its role, and a hash of its id, which differs for a key that was created again with the same name. */
export function keyText({ id, type, secret_jwt_template: template }: Row): string {
  return `${type}${roleText(template)}${typeof id === "string" ? `, id ${shortHash(id)}` : ""}`;
}

/** Returns a member's role, and whether the member has no second factor. */
export function memberText({ role_name: role, mfa_enabled: hasSecondFactor }: Row): string {
  return `${role}${hasSecondFactor === false ? withoutSecondFactor : ""}`;
}

/** Returns the role of a secret key, if it is not the usual one. */
function roleText(template: JsonValue | undefined): string {
  const role = isJsonObject(template) ? template.role : undefined;
  return role === undefined || role === "service_role" ? "" : ` as ${role}`;
}

/**
 * Returns what determines a user's identity: where an identity provider's certificates come from, and which of its attributes are
 * used. Metadata that the platform fetches changes with the certificates, so only its URL counts.
 */
export function identityText({ entity_id: entity, ...saml }: JsonObject): string {
  const {
    metadata_url: url,
    metadata_xml: xml,
    attribute_mapping: attributes,
    name_id_format: format,
  } = saml;
  const metadata = typeof url === "string" && url !== "" ? url : xml;
  const parts = [
    ["metadata", metadata === entity ? undefined : metadata],
    ["attributes", attributes],
    ["name format", format],
  ] as const;
  return parts
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `, ${name} ${shortHash(canonicalJson(value ?? null))}`)
    .join("");
}

/** Returns a role in words: `postgres until 2026-12-01T00:00:00.000Z from 192.0.2.0/24`. */
export function temporaryRoleText(role: JsonValue): string {
  const { role: name, expires_at: end, allowed_networks: networks } = isJsonObject(role) ? role : {};
  const until = typeof end === "number" ? ` until ${new Date(end * 1000).toISOString()}` : "";
  const ranges = Object.values(isJsonObject(networks) ? networks : {})
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .flatMap((range) => (isJsonObject(range) ? [String(range.cidr)] : []));
  return `${name}${until}${ranges.length === 0 ? "" : ` from ${ranges.sort().join(", ")}`}`;
}

export function itemsOf(answer: JsonValue): JsonValue {
  return isJsonObject(answer) ? (answer.items ?? []) : answer;
}

type Row = Readonly<Record<string, JsonValue>>;

/** Returns an entry for each row. Rows with the same name, such as two keys of different types, share one. */
export function each(rows: JsonValue, entry: (row: Row) => readonly [string, string] | undefined): Entries {
  const values = new Map<string, string[]>();
  for (const row of Array.isArray(rows) ? rows : []) {
    const found = isJsonObject(row) ? entry(row) : undefined;
    if (found !== undefined) values.set(found[0], [...(values.get(found[0]) ?? []), found[1]]);
  }
  return Object.fromEntries([...values].map(([identity, texts]) => [identity, texts.sort().join("; ")]));
}

/** Returns the resources in a response of version 2, as rows with their attributes. */
export function resourcesOf(answer: JsonValue): Row[] {
  const { data } = isJsonObject(answer) ? answer : {};
  return (Array.isArray(data) ? data : []).flatMap((one) =>
    isJsonObject(one) && isJsonObject(one.attributes) ? [{ ...one.attributes, id: one.id ?? null }] : [],
  );
}
