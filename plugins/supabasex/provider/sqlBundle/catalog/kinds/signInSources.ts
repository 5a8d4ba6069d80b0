import { type Kind, sha256, text } from "./kind";

/** Tables of Auth with the other parties whose word it takes, or to which it gives tokens. Users do not write to them. */
export const signInTables = ["oauth_clients", "saml_providers", "sso_domains", "sso_providers"] as const;

export type SignInTable = (typeof signInTables)[number];

/** Returns the hash of columns of row `r`, which is JSON because the tables gain columns with each version of Auth. */
const hashOf = (...columns: string[]) =>
  sha256(`concat_ws(' ', ${columns.map((column) => `coalesce(r.row ->> '${column}', '')`).join(", ")})`);

const from = (table: SignInTable) => `(select to_jsonb(t) as row from auth.${table} t) r`;

/** Identity providers for a company's users, their domains, and OAuth clients that somebody registered. */
export const signInSources: Readonly<Record<SignInTable, Kind>> = {
  // Clients that register themselves are excluded: whether they may is a setting, which is watched.
  oauth_clients: {
    identity: `'OAuth client ' || (r.row ->> 'id')`,
    withoutComment: true,
    properties: {
      content: text(
        `${hashOf("redirect_uris", "grant_types", "client_secret_hash", "client_type", "token_endpoint_auth_method")}`,
      ),
    },
    from: `${from("oauth_clients")}
where r.row ->> 'deleted_at' is null and coalesce(r.row ->> 'registration_type', '') <> 'dynamic'`,
  },
  saml_providers: {
    identity: `'SAML provider ' || (r.row ->> 'entity_id')`,
    withoutComment: true,
    properties: {
      content: text(
        hashOf("sso_provider_id", "metadata_xml", "metadata_url", "attribute_mapping", "name_id_format"),
      ),
    },
    from: from("saml_providers"),
  },
  sso_domains: {
    identity: `'SSO domain ' || (r.row ->> 'domain')`,
    withoutComment: true,
    properties: { content: text(hashOf("sso_provider_id")) },
    from: from("sso_domains"),
  },
  sso_providers: {
    identity: `'SSO provider ' || (r.row ->> 'id')`,
    withoutComment: true,
    properties: { content: text(hashOf("disabled", "resource_id")) },
    from: from("sso_providers"),
  },
};
