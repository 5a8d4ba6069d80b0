/** A change with an official Supabase client. */
export interface ClientChange {
  readonly name: string;
  /** A command of the CLI, or a tool of the MCP server with its arguments. */
  readonly by:
    | { readonly cli: string; readonly input?: string }
    | { readonly tool: string; readonly args: Readonly<Record<string, unknown>> };
  /** Lines in the output of `pulumi refresh --diff`. */
  readonly reports: readonly string[];
  /** What the next up does about it. */
  readonly up: "sends the stack's value" | "names the entry of `project.accept`" | "stops" | "leaves it";
  /** What runs before the change: statements, or a call to the Management API below the project's path. */
  readonly before?: Undo;
  /** How to revert it, if an up does not. */
  readonly undo?: readonly Undo[];
}

/** `$sso` stands for the id of the identity provider that was added, `$rootKey` for the root key before the changes. */
export type Undo =
  | { readonly cli: string }
  | { readonly sql: string }
  | { readonly call: readonly [method: string, path: string, body: object] };

const rootKey = "ab".repeat(32);

/**
 * A test makes these changes one after another with the real clients on a deployed stack, and one refresh reports them. Printed
 * in docs/drift.md.
 */
export const clientChanges: readonly ClientChange[] = [
  {
    name: "a setting of Auth that the stack sends (after an edit of config.toml)",
    by: { cli: "config push" },
    reports: ["password_min_length"],
    up: "sends the stack's value",
  },
  {
    name: "a function of the stack is deployed from another checkout, without JWT verification",
    by: { cli: "functions deploy business-automation --use-api --no-verify-jwt" },
    reports: ["~ verifyJwt: true => false", "~ code"],
    up: "sends the stack's value",
  },
  {
    name: "a function is added",
    by: { cli: "functions deploy colleague --use-api" },
    reports: ["edge function colleague"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "functions delete colleague" }],
  },
  {
    name: "a function secret is added",
    by: { cli: "secrets set COLLEAGUE=1" },
    reports: ["function secret COLLEAGUE"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "secrets unset COLLEAGUE" }],
  },
  {
    name: "a function secret of the stack is set",
    by: { cli: "secrets set ALLOWED_ORIGINS=https://elsewhere.example" },
    reports: ["ALLOWED_ORIGINS"],
    up: "sends the stack's value",
  },
  {
    name: "a setting of the database that the stack does not send",
    by: { cli: "postgres-config update --config statement_timeout=1000 --no-restart --experimental" },
    reports: ["database setting statement_timeout"],
    up: "names the entry of `project.accept`",
  },
  {
    name: "a setting of the database that the stack sends",
    by: { cli: "postgres-config update --config work_mem=64MB --no-restart --experimental" },
    reports: ["work_mem"],
    up: "sends the stack's value",
  },
  {
    name: "TLS is no longer required",
    by: { cli: "ssl-enforcement update --disable-db-ssl-enforcement --experimental" },
    reports: ["sslEnforcement"],
    up: "sends the stack's value",
  },
  {
    name: "the database accepts connections from other addresses",
    by: { cli: "network-restrictions update --db-allow-cidr 203.0.113.0/24 --experimental" },
    reports: ["203.0.113.0/24"],
    up: "sends the stack's value",
  },
  {
    name: "a preview branch is created",
    by: { cli: "branches create colleague" },
    reports: ["branch colleague: added: preview"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "branches delete colleague" }],
  },
  {
    name: "an SSO provider for a company's users is added (with SAML enabled)",
    before: { call: ["PATCH", "/config/auth", { saml_enabled: true }] },
    by: {
      cli: "sso add --type saml --metadata-url https://idp.example.org/saml --domains example.org --skip-url-validation",
    },
    reports: ["SSO provider https://idp.example.org/saml: added", "auth setting saml_enabled: off → on"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "sso remove $sso" }, { call: ["PATCH", "/config/auth", { saml_enabled: false }] }],
  },
  {
    name: "a vanity subdomain is activated",
    by: { cli: "vanity-subdomains activate --desired-subdomain shop --experimental" },
    reports: ["vanity subdomain: added: shop.supabase.co"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "vanity-subdomains delete --experimental" }],
  },
  {
    name: "the root key of pgsodium is replaced",
    by: { cli: "encryption update-root-key --experimental", input: rootKey },
    reports: ["root key of pgsodium: key"],
    up: "names the entry of `project.accept`",
    undo: [{ call: ["PUT", "/pgsodium", { root_key: "$rootKey" }] }],
  },
  {
    name: "a migration is pushed from another folder",
    by: { cli: "db push" },
    reports: [
      "migration record 99991231235959: not made by the bundle",
      "table public.pushed: not made by the bundle",
      "by postgres via @effect/sql-pg",
    ],
    up: "stops",
    undo: [
      {
        sql: "drop table public.pushed; delete from supabase_migrations.schema_migrations where version = '99991231235959'",
      },
    ],
  },
  {
    name: "a migration of the stack is removed from the history",
    by: { cli: "migration repair 20261122100000 --status reverted" },
    reports: ["migration record 20261122100000"],
    up: "leaves it",
    undo: [{ cli: "migration repair 20261122100000 --status applied" }],
  },
  {
    name: "an agent applies a migration",
    by: {
      tool: "apply_migration",
      args: { name: "of_an_agent", query: "create table public.of_an_agent (id integer primary key)" },
    },
    reports: ["table public.of_an_agent: not made by the bundle", "by postgres via mgmt-api"],
    up: "stops",
    undo: [
      {
        sql: "drop table public.of_an_agent; delete from supabase_migrations.schema_migrations where name = 'of_an_agent'",
      },
    ],
  },
  {
    name: "an agent changes an object of the stack",
    by: { tool: "execute_sql", args: { query: "alter table shared.customers disable row level security" } },
    reports: ["shared.customers", "rowSecurity"],
    up: "sends the stack's value",
  },
  {
    name: "an agent deploys a function",
    by: {
      tool: "deploy_edge_function",
      args: {
        name: "of-an-agent",
        entrypoint_path: "index.ts",
        verify_jwt: false,
        files: [{ name: "index.ts", content: "Deno.serve(() => new Response('hello'));\n" }],
      },
    },
    reports: ["edge function of-an-agent: added: verifyJwt false"],
    up: "names the entry of `project.accept`",
    undo: [{ cli: "functions delete of-an-agent" }],
  },
  {
    name: "an agent changes the settings of Storage",
    by: {
      tool: "update_storage_config",
      args: {
        config: {
          fileSizeLimit: 20_971_520,
          features: { imageTransformation: { enabled: true }, s3Protocol: { enabled: true } },
        },
      },
    },
    reports: ["fileSizeLimit"],
    up: "sends the stack's value",
  },
];

/** Returns the command of a person, or the tool call of an agent. */
export function commandOf({ by }: ClientChange): string {
  return "cli" in by ? `supabase ${by.cli}` : `MCP ${by.tool} ${JSON.stringify(by.args)}`;
}
