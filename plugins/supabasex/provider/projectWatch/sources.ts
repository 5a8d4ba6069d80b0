import { canonicalJson, isJsonObject, type JsonValue } from "../../../../foundation/json";
import type { ApiAnswer } from "../../../../foundation/managementApi";
import { unexpected } from "../../../../foundation/managementApi";
import type { ProjectClient } from "../projectClient";
import { shortHash } from "../watch/shortHash";
import { type Entries, off, withData } from "../watch/watched";
import { settingEntries, settingSources } from "./settings";
import {
  domainsOf,
  each,
  identityText,
  itemsOf,
  keyText,
  memberText,
  resourcesOf,
  single,
  temporaryRoleText,
} from "./texts";

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
  /** Relative to the project's path, or to the organization's. `{ref}` stands for the project. */
  readonly path: string;
  readonly of?: "organization";
  /** Default 1. Version 2 refuses some plans and tokens that version 1 accepts. */
  readonly version?: 1 | 2;
  /** Statuses that mean that the project has nothing of the kind. Any other failure is an error, unless access is refused. */
  readonly none?: readonly number[];
  entries(answer: JsonValue, declared: DeclaredParts): Entries;
}

/** Requests by name. */
export const sources: Readonly<Record<string, Source>> = {
  ...Object.fromEntries(
    Object.entries(settingSources).map(([section, { path, keys }]): [string, Source] => [
      `${section} settings`,
      {
        path,
        none: [404],
        entries: (answer, declared) =>
          settingEntries(section, answer, { keys, sent: new Set(declared.settings[section]) }),
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
      each(answer, (key) =>
        key.type === "publishable" || key.type === "secret"
          ? [`API key ${key.name}`, keyText(key)]
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
      each(answer, ({ name, is_default: isDefault, persistent, with_data: isCopy }) =>
        isDefault === true
          ? undefined
          : [
              `branch ${name}`,
              `${persistent === true ? "persistent" : "preview"}${isCopy === true ? withData : ""}`,
            ],
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
  "organization members": {
    path: "/members",
    of: "organization",
    none: [404],
    entries: (answer) =>
      each(answer, (member) => [
        `organization member ${member.email ?? member.user_name}`,
        memberText(member),
      ]),
  },
  // With such a tag, the dashboard's assistant sends the schema, rows or logs of every project to other companies.
  "organization opt-ins": {
    path: "",
    of: "organization",
    none: [404],
    entries: (answer) => {
      const tags = isJsonObject(answer) ? answer.opt_in_tags : undefined;
      return Object.fromEntries(
        (Array.isArray(tags) ? tags : []).map((tag) => [`organization opt-in ${String(tag)}`, "on"]),
      );
    },
  },
  // A replica has an address of its own in the pooler.
  "read replicas": {
    path: "/config/database/pooler",
    none: [404],
    entries: (answer) =>
      each(answer, ({ database_type: type, identifier, db_host: host }) =>
        type === "READ_REPLICA" ? [`read replica ${identifier}`, String(host)] : undefined,
      ),
  },
  // The holder of the token can transfer the project to another organization.
  "claim token": {
    path: "/claim-token",
    none: [400, 404],
    entries: (answer) =>
      each([answer], ({ token_alias: token, expires_at: end }) =>
        token === undefined || token === null ? undefined : [`claim token ${token}`, `until ${end}`],
      ),
  },
  "log drains": {
    path: "/analytics/log-drains",
    version: 2,
    none: [400, 404],
    entries: (answer) =>
      each(resourcesOf(answer), ({ name, backend_type: type, config }) => [
        `log drain ${name}`,
        `${type}, configuration ${shortHash(canonicalJson(config ?? null))}`,
      ]),
  },
  "private links": {
    path: "/private-link/associations",
    version: 2,
    none: [400, 404],
    entries: (answer) =>
      each(resourcesOf(answer), ({ aws_account_id: account, database_identifier: database, status }) =>
        status === "DELETING" || status === "CREATION_FAILED"
          ? undefined
          : [`private link from AWS account ${account}`, `to ${database}`],
      ),
  },
  // A connected repository deploys its migrations and functions.
  "GitHub connections": {
    path: "/integrations/github/connections?filter%5Bproject_ref%5D={ref}",
    of: "organization",
    version: 2,
    none: [400, 404],
    entries: (answer) =>
      each(resourcesOf(answer), ({ repository, workdir }) => [
        `GitHub connection ${isJsonObject(repository) ? repository.name : "to a repository"}`,
        `folder ${workdir}`,
      ]),
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
  if (source.version === 2 && answer.status === 401) return undefined;
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
  { path: template, of, version = 1 }: Source,
  { organizationId, signal }: Omit<Question, "declared">,
): Promise<ApiAnswer | undefined> {
  const path = template.replace("{ref}", client.ref);
  if (of === undefined) return await client.call("GET", path, { signal, version });
  return organizationId === undefined
    ? undefined
    : await client.callOrganization(organizationId, path, { signal, version });
}
