/** The expected response of an MCP tool. */
export interface ToolOutcome {
  readonly args?: Readonly<Record<string, unknown>>;
  readonly says: RegExp;
  readonly isError?: true;
}

const branch = { branch_id: "0f0e0d0c-0b0a-4908-8706-050403020100" };

/** Every tool of the MCP server for one project, in the order in which the test calls them. */
export const mcpTools: Readonly<Record<string, ToolOutcome>> = {
  list_tables: { args: { schemas: ["shared"] }, says: /"shared\.tenants"[^}]*"rows":0/ },
  list_extensions: { says: /pgcrypto/ },
  list_migrations: { says: /20261122100000/ },
  execute_sql: { args: { query: "select 1::bigint as answer" }, says: /answer\\+":1\}/ },
  apply_migration: {
    args: { name: "of_an_agent", query: "create table public.of_an_agent (id int primary key)" },
    says: /success/,
  },
  query_logs: { args: { sql: "select 1" }, says: /result/ },
  get_advisors: { args: { type: "security" }, says: /rls_enabled_no_policy/ },
  get_project_url: { says: /https:/ },
  get_publishable_keys: { says: /sb_publishable_/ },
  generate_typescript_types: { says: /home_services: \{/ },
  deploy_edge_function: {
    args: {
      name: "copied",
      entrypoint_path: "index.ts",
      verify_jwt: true,
      files: [{ name: "index.ts", content: "Deno.serve(() => new Response('hello'));\n" }],
    },
    says: /"slug\\?":\\?"copied/,
  },
  list_edge_functions: { says: /copied/ },
  get_edge_function: { args: { function_slug: "copied" }, says: /Deno\.serve/ },
  list_branches: { says: /"branches":\[\]/ },
  create_branch: {
    args: { name: "develop", confirm_cost_id: "none" },
    says: /[Cc]ost confirmation/,
    isError: true,
  },
  delete_branch: { args: branch, says: /Branch not found/, isError: true },
  merge_branch: { args: branch, says: /Branch not found/, isError: true },
  reset_branch: { args: branch, says: /Branch not found/, isError: true },
  rebase_branch: { args: branch, says: /Branch not found/, isError: true },
  list_storage_buckets: { says: /attachments/ },
  get_storage_config: { says: /fileSizeLimit/ },
  update_storage_config: {
    args: {
      config: {
        fileSizeLimit: 10485760,
        features: { imageTransformation: { enabled: false }, s3Protocol: { enabled: false } },
      },
    },
    says: /success/,
  },
};
