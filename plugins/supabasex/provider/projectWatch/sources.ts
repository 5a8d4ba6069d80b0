import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../../../foundation/json";
import type { ApiAnswer } from "../../../../foundation/managementApi";
import { unexpected } from "../../../../foundation/managementApi";
import type { ProjectClient } from "../projectClient";
import { type Entries, off } from "../watch/watched";

/** What other resources of the stack send, and therefore report. */
export interface DeclaredParts {
  /** Slugs of edge functions. */
  readonly functions: readonly string[];
  /** Names of the functions' secrets. */
  readonly secrets: readonly string[];
  /** Keys of settings as the API spells them, by section. Nested keys are joined with a dot. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
}

/** A request to the Management API. */
export interface Source {
  /** Relative to the project's path, or to the organization's. */
  readonly path: string;
  readonly of?: "organization";
  /** Statuses that mean that the project has nothing of the kind. Any failure except these and 403 is an error. */
  readonly none?: readonly number[];
  entries(answer: JsonValue, declared: DeclaredParts): Entries;
}

/** Names of settings whose value is a secret; the API returns a hash of some of them. */
const secretName = /secret|pass(word)?$|token$|(api|auth|access|private|root)_?key|jwt_secret/;

const settingSources: Readonly<Record<string, { readonly path: string; readonly keys?: RegExp }>> = {
  auth: { path: "/config/auth" },
  "Data API": { path: "/postgrest" },
  // The rest of the response is information about the platform.
  storage: { path: "/config/storage", keys: /^(fileSizeLimit|features\..*)$/ },
  database: { path: "/config/database/postgres" },
  realtime: { path: "/config/realtime" },
};

/** Requests by name. */
export const sources: Readonly<Record<string, Source>> = {
  ...Object.fromEntries(
    Object.entries(settingSources).map(([section, { path, keys }]): [string, Source] => [
      `${section} settings`,
      {
        path,
        none: [404],
        entries: (answer, declared) => settingEntries(section, answer, { keys, declared }),
      },
    ]),
  ),
  "edge functions": {
    path: "/functions",
    entries: (answer, { functions }) =>
      each(answer, ({ slug, verify_jwt: verifyJwt, ezbr_sha256: code }) =>
        functions.includes(String(slug))
          ? undefined
          : [`edge function ${slug}`, `verifyJwt ${verifyJwt !== false}, code ${shortHash(String(code))}`],
      ),
  },
  "function secrets": {
    path: "/secrets",
    entries: (answer, { secrets }) =>
      each(answer, ({ name, value }) =>
        secrets.includes(String(name)) || String(name).startsWith("SUPABASE_")
          ? undefined
          : [`function secret ${name}`, `value ${shortHash(String(value))}`],
      ),
  },
  "API keys": {
    path: "/api-keys",
    entries: (answer) =>
      each(answer, ({ name, type, secret_jwt_template: template }) =>
        type === "publishable" || type === "secret"
          ? [`API key ${name}`, `${type}${roleText(template)}`]
          : undefined,
      ),
  },
  "legacy API keys": {
    path: "/api-keys/legacy",
    none: [404],
    entries: (answer) => ({
      "legacy API keys": isJsonObject(answer) && answer.enabled === true ? "on" : off,
    }),
  },
  "third-party auth": {
    path: "/config/auth/third-party-auth",
    entries: (answer) =>
      each(answer, ({ id, type, oidc_issuer_url: issuer, jwks_url: keys }) => [
        `third-party auth ${issuer ?? keys ?? id}`,
        String(type ?? "custom"),
      ]),
  },
  "JWT signing keys": {
    path: "/config/auth/signing-keys",
    none: [404],
    entries: (answer) =>
      each(isJsonObject(answer) ? (answer.keys ?? []) : [], ({ id, algorithm, status, public_jwk: key }) => [
        `JWT signing key ${id}`,
        status === "revoked"
          ? off
          : `${algorithm} ${status}${key ? `, key ${shortHash(canonicalJson(key))}` : ""}`,
      ]),
  },
  "SSO providers": {
    path: "/config/auth/sso/providers",
    none: [400, 404, 422],
    entries: (answer) =>
      each(itemsOf(answer), ({ id, saml, domains }) => [
        `SSO provider ${(isJsonObject(saml) && saml.entity_id) || id}`,
        `domains ${domainsOf(domains)}${isJsonObject(saml) ? identityText(saml) : ""}`,
      ]),
  },
  "temporary access": {
    path: "/jit-access",
    none: [400, 404],
    entries: (answer) => ({
      "temporary database access": isJsonObject(answer) && answer.state === "enabled" ? "on" : off,
    }),
  },
  "temporary roles": {
    path: "/database/jit/list",
    none: [400, 404, 406],
    entries: (answer) =>
      each(itemsOf(answer), ({ user_id: id, primary_email: email, user_roles: roles }) => [
        `temporary database access of ${email ?? id}`,
        (Array.isArray(roles) ? roles : []).map(temporaryRoleText).sort().join("; "),
      ]),
  },
  branches: {
    path: "/branches",
    none: [404, 422],
    entries: (answer) =>
      each(answer, ({ name, is_default: isDefault, persistent }) =>
        isDefault === true ? undefined : [`branch ${name}`, persistent === true ? "persistent" : "preview"],
      ),
  },
  "custom hostname": {
    path: "/custom-hostname",
    none: [400, 404],
    entries: (answer) => single("custom hostname", answer, "custom_hostname"),
  },
  "vanity subdomain": {
    path: "/vanity-subdomain",
    none: [400, 404],
    entries: (answer) => single("vanity subdomain", answer, "custom_domain"),
  },
  "root key": {
    path: "/pgsodium",
    none: [404],
    entries: (answer) =>
      each([answer], ({ root_key: key }) => ["root key of pgsodium", `key ${shortHash(String(key))}`]),
  },
  "add-ons": {
    path: "/billing/addons",
    entries: (answer) =>
      each(isJsonObject(answer) ? (answer.selected_addons ?? []) : [], ({ type, variant }) =>
        // The stack's instance size.
        type === "compute_instance"
          ? undefined
          : [`add-on ${type}`, isJsonObject(variant) ? String(variant.id) : "on"],
      ),
  },
  members: {
    path: "/members",
    of: "organization",
    none: [404],
    entries: (answer) =>
      each(answer, ({ email, user_name: userName, role_name: role }) =>
        /^(owner|administrator)$/i.test(String(role))
          ? [`organization member ${email ?? userName}`, String(role)]
          : undefined,
      ),
  },
};

/** Sends one request. Returns undefined if the access token lacks the permission. */
export async function readSource(
  client: ProjectClient,
  name: string,
  { organizationId, declared, signal }: Question,
): Promise<Entries | undefined> {
  const source = sources[name] as Source;
  const answer = await ask(client, source, { organizationId, signal });
  if (answer === undefined || answer.status === 403) return undefined;
  if (source.none?.includes(answer.status)) return {};
  if (answer.status !== 200 || answer.json === undefined) throw unexpected(`read ${name}`, answer);
  return source.entries(answer.json, declared);
}

export interface Question {
  readonly organizationId: string | undefined;
  readonly declared: DeclaredParts;
  readonly signal: AbortSignal;
}

async function ask(
  client: ProjectClient,
  { path, of }: Source,
  { organizationId, signal }: Omit<Question, "declared">,
): Promise<ApiAnswer | undefined> {
  if (of === undefined) return await client.call("GET", path, { signal });
  return organizationId === undefined
    ? undefined
    : await client.callOrganization(organizationId, path, { signal });
}

function settingEntries(
  section: string,
  answer: JsonValue,
  { keys, declared }: { readonly keys: RegExp | undefined; readonly declared: DeclaredParts },
): Entries {
  const sent = new Set(declared.settings[section] ?? []);
  return Object.fromEntries(
    flat(isJsonObject(answer) ? answer : {})
      .filter(([key]) => !sent.has(key) && (keys === undefined || keys.test(key)))
      .map(([key, value]) => [`${section} setting ${key}`, settingText(key, value)]),
  );
}

function flat(object: JsonObject, prefix = ""): [string, JsonValue][] {
  return Object.entries(object).flatMap(([key, value]): [string, JsonValue][] =>
    isJsonObject(value) ? flat(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}

function settingText(key: string, value: JsonValue): string {
  if (value === null || value === "" || value === false) return off;
  if (value === true) return "on";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return secretName.test(key) || text.length > longestText ? `value ${shortHash(text)}` : text;
}

/** Longer settings, such as mail templates, are stored as a hash. */
const longestText = 200;

function single(identity: string, answer: JsonValue, key: string): Entries {
  const value = isJsonObject(answer) ? answer[key] : undefined;
  return typeof value === "string" && value !== "" ? { [identity]: value } : {};
}

function domainsOf(domains: JsonValue | undefined): string {
  const names = Object.keys(each(domains ?? [], ({ domain }) => [String(domain), ""]));
  return names.length === 0 ? "none" : names.join(", ");
}

/** As whom a secret key acts, where it is another role than the usual one. */
function roleText(template: JsonValue | undefined): string {
  const role = isJsonObject(template) ? template.role : undefined;
  return role === undefined || role === "service_role" ? "" : ` as ${role}`;
}

/**
 * What decides who somebody is: where an identity provider's certificates come from, and which of its attributes are taken. Metadata
 * that the platform fetches changes with the certificates, so that its address stands for it.
 */
function identityText({ entity_id: entity, ...saml }: JsonObject): string {
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
function temporaryRoleText(role: JsonValue): string {
  const { role: name, expires_at: end, allowed_networks: networks } = isJsonObject(role) ? role : {};
  const until = typeof end === "number" ? ` until ${new Date(end * 1000).toISOString()}` : "";
  const ranges = Object.values(isJsonObject(networks) ? networks : {})
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .flatMap((range) => (isJsonObject(range) ? [String(range.cidr)] : []));
  return `${name}${until}${ranges.length === 0 ? "" : ` from ${ranges.sort().join(", ")}`}`;
}

function itemsOf(answer: JsonValue): JsonValue {
  return isJsonObject(answer) ? (answer.items ?? []) : answer;
}

type Row = Readonly<Record<string, JsonValue>>;

function each(rows: JsonValue, entry: (row: Row) => readonly [string, string] | undefined): Entries {
  const list = Array.isArray(rows) ? rows : [];
  return Object.fromEntries(
    list.flatMap((row) => (isJsonObject(row) ? [entry(row)] : [])).filter((one) => one !== undefined),
  );
}

/** Long enough to distinguish two values, too short to find one by brute force. */
function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
