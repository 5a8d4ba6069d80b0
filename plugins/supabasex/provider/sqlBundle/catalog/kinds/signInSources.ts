import { boolean, type Kind, sha256, text } from "./kind";

/** Tables of Auth with the other parties whose word it takes, or to which it gives tokens. Users do not write to them. */
export const signInTables = [
  "oauth_clients",
  "saml_providers",
  "sso_domains",
  "sso_providers",
  "custom_oauth_providers",
] as const;

export type SignInTable = (typeof signInTables)[number];

/** Table → the kind of the objects in its rows. */
const kindNames: Readonly<Record<SignInTable, string>> = {
  custom_oauth_providers: "OAuth provider",
  oauth_clients: "OAuth client",
  saml_providers: "SAML provider",
  sso_domains: "SSO domain",
  sso_providers: "SSO provider",
};

/** The kinds of the objects in these tables. */
export const signInKinds: ReadonlySet<string> = new Set(Object.values(kindNames));

interface Source {
  /** The column with the name of the object. */
  readonly name: string;
  /** Columns, of which a version of Auth may lack some. These are null then. */
  readonly columns: readonly string[];
  /** Name → SQL of a text over the columns. A null is the same as an absent column. */
  readonly content: Readonly<Record<string, string>>;
  readonly where?: string;
}

/** Returns a kind with a hash of the content, which is the same for an absent column and for the default with which Auth adds it. */
function kindOf(table: SignInTable, { name, columns, content, where = "true" }: Source): Kind {
  const absent = columns.map((column) => `null::text as ${column}`).join(", ");
  const values = Object.entries(content).map(([key, sql]) => `'${key}', ${sql}`);
  return {
    identity: `'${kindNames[table]} ' || r.name`,
    withoutComment: true,
    properties: { content: text("r.content") },
    // The columns have no qualifier, so the name of one that the table lacks refers to the null outside.
    from: `(select ${absent}) absent
cross join lateral (
  select ${name}::text as name,
    ${sha256(`jsonb_strip_nulls(jsonb_build_object(${values.join(", ")}))::text`)} as content
  from auth.${table}
  where ${where}
) r`,
  };
}

/** The settings of a custom identity provider. What Auth keeps of its discovery document is left out. */
const providerColumns = [
  "acceptable_client_ids",
  "attribute_mapping",
  "authorization_params",
  "authorization_url",
  "client_id",
  "client_secret",
  "discovery_url",
  "email_optional",
  "enabled",
  "issuer",
  "jwks_uri",
  "pkce_enabled",
  "provider_type",
  "scopes",
  "skip_nonce_check",
  "token_url",
  "userinfo_url",
];

/** The defaults of these columns. */
const providerDefaults: Readonly<Record<string, string>> = {
  acceptable_client_ids: "{}",
  attribute_mapping: "{}",
  authorization_params: "{}",
  email_optional: "false",
  enabled: "true",
  pkce_enabled: "true",
  scopes: "{}",
  skip_nonce_check: "false",
};

/** Identity providers for a company's users or for all, their domains, and registered OAuth clients. */
export const signInSources: Readonly<Record<SignInTable, Kind>> = {
  custom_oauth_providers: kindOf("custom_oauth_providers", {
    name: "identifier",
    columns: providerColumns,
    content: Object.fromEntries(
      providerColumns.map((column) => [
        column,
        `nullif(${column}::text, '${providerDefaults[column] ?? ""}')`,
      ]),
    ),
  }),
  // Clients that register themselves are excluded: whether they may is a setting, which is watched.
  oauth_clients: kindOf("oauth_clients", {
    name: "id",
    columns: [
      "client_secret_hash",
      "client_type",
      "deleted_at",
      "grant_types",
      "redirect_uris",
      "registration_type",
      "token_endpoint_auth_method",
    ],
    content: {
      redirect_uris: "redirect_uris::text",
      grant_types: "grant_types::text",
      client_secret_hash: "client_secret_hash::text",
      client_type: "nullif(client_type::text, 'confidential')",
      token_endpoint_auth_method:
        "nullif(token_endpoint_auth_method::text, case when client_type::text = 'public' then 'none' else 'client_secret_basic' end)",
    },
    where: "deleted_at is null and coalesce(registration_type::text, '') <> 'dynamic'",
  }),
  // At a sign-in, Auth replaces metadata that are older than a day with what their URL returns, if there is one: new certificates and dates.
  saml_providers: kindOf("saml_providers", {
    name: "entity_id",
    columns: ["attribute_mapping", "metadata_url", "metadata_xml", "name_id_format", "sso_provider_id"],
    content: {
      sso_provider_id: "sso_provider_id::text",
      metadata_url: "nullif(metadata_url::text, '')",
      metadata_xml: "case when coalesce(metadata_url::text, '') = '' then metadata_xml::text end",
      entity: `substring(metadata_xml::text from 'entityID[[:space:]]*=[[:space:]]*["'']([^"'']*)')`,
      attribute_mapping: "attribute_mapping::text",
      name_id_format: "nullif(name_id_format::text, '')",
    },
  }),
  sso_domains: kindOf("sso_domains", {
    name: "domain",
    columns: ["sso_provider_id"],
    content: { sso_provider_id: "sso_provider_id::text" },
  }),
  sso_providers: kindOf("sso_providers", {
    name: "id",
    columns: ["disabled", "resource_id"],
    content: { disabled: "nullif(disabled::text, 'false')", resource_id: "nullif(resource_id::text, '')" },
  }),
};

/**
 * Returns a kind with one object, which says that the table exists and was not read: its rows are not missing. The object is named after
 * their kind, without a name.
 */
export function unreadSignInTable(table: SignInTable): Kind {
  return {
    identity: `'${kindNames[table]}'`,
    withoutComment: true,
    properties: { unread: boolean("true") },
    from: `pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'auth' and c.relname = '${table}'`,
  };
}
