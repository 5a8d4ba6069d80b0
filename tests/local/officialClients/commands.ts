/** The expected outcome of a Supabase CLI command against the local stack. */
export type Outcome =
  /** Runs with these arguments and exits with 0; `prints` is in its output. */
  | { readonly runs: string; readonly prints?: RegExp }
  /** Exits with another code and prints hosted's own error. */
  | { readonly refused: string; readonly prints: RegExp }
  /** Is not tested, for this reason. */
  | {
      readonly notRun:
        | "works on files of this machine"
        | "needs Docker"
        | "opens a browser"
        | "asks a person";
    };

const local: Outcome = { notRun: "works on files of this machine" };
const docker: Outcome = { notRun: "needs Docker" };
const browser: Outcome = { notRun: "opens a browser" };

const inspections = [
  "bloat blocking cache-hit calls db-stats index-sizes index-stats index-usage locks long-running-queries outliers",
  "replication-slots role-configs role-connections role-stats seq-scans table-index-sizes table-record-counts",
  "table-sizes table-stats total-index-size total-table-sizes traffic-profile unused-indexes vacuum-stats",
].flatMap((line) => line.split(" "));

/**
 * Every command of the CLI, in the order in which the test runs them. `$ref` stands for the stack's project, `$other` for the
 * one that `projects create` makes.
 */
export const cliCommands: Readonly<Record<string, Outcome>> = {
  "orgs list": { runs: "orgs list", prints: /thorbis/ },
  "orgs create": { runs: "orgs create Colleagues", prints: /Colleagues|[a-z]{20}/ },
  "projects list": { runs: "projects list", prints: /thorbis-local/ },
  "projects api-keys": { runs: "projects api-keys --project-ref $ref", prints: /service_role/ },
  "projects create": {
    runs: "projects create colleague --org-id thorbis --db-password colleague-password --region eu-central-1",
    prints: /colleague/,
  },
  "projects delete": { runs: "projects delete $other", prints: /colleague/ },
  "backups list": { runs: "backups list", prints: /us-east-1|North Virginia/ },
  "backups restore": { refused: "backups restore --timestamp 1700000000", prints: /501|cannot rewind/ },
  "branches list": { refused: "branches list", prints: /422.*Preview branching is not enabled/ },
  "branches create": { runs: "branches create feature", prints: /feature/ },
  "branches get": { runs: "branches get feature", prints: /POSTGRES_URL|127\.0\.0\.1/ },
  "branches update": { runs: "branches update feature --name renamed", prints: /renamed/ },
  "branches pause": { runs: "branches pause renamed" },
  "branches unpause": { runs: "branches unpause renamed" },
  "branches delete": { runs: "branches delete renamed", prints: /Deleted preview branch/ },
  "config pull": { runs: "config pull", prints: /No config differences found/ },
  "config diff": { runs: "config diff", prints: /No config differences found/ },
  "config push": { runs: "config push" },
  "domains create": {
    refused: "domains create --custom-hostname db.example.org --experimental",
    prints: /CNAME|resolve/,
  },
  "domains get": {
    refused: "domains get --experimental",
    prints: /404.*Custom hostname configuration not found/,
  },
  "domains reverify": {
    refused: "domains reverify --experimental",
    prints: /404.*Custom hostname configuration not found/,
  },
  "domains activate": {
    refused: "domains activate --experimental",
    prints: /404.*Custom hostname configuration not found/,
  },
  "domains delete": { runs: "domains delete --experimental" },
  "encryption get-root-key": { runs: "encryption get-root-key --experimental", prints: /[0-9a-f]{64}/ },
  "encryption update-root-key": { notRun: "asks a person" },
  "functions list": { runs: "functions list", prints: /business-automation/ },
  "functions deploy": {
    runs: "functions deploy business-automation --use-api",
    prints: /Deployed Functions/,
  },
  "functions download": { runs: "functions download copied --use-api", prints: /copied/i },
  "functions delete": { runs: "functions delete copied", prints: /[Dd]eleted/ },
  "functions new": local,
  "functions serve": docker,
  "gen types": { runs: "gen types --project-id $ref --schema shared", prints: /shared: \{/ },
  "gen signing-key": local,
  "gen bearer-jwt": local,
  "gen keys": local,
  "network-bans get": { runs: "network-bans get --experimental" },
  "network-bans remove": { runs: "network-bans remove --db-unban-ip 203.0.113.9 --experimental" },
  "network-restrictions get": { runs: "network-restrictions get --experimental" },
  "network-restrictions update": {
    runs: "network-restrictions update --db-allow-cidr 203.0.113.0/24 --experimental",
    prints: /203\.0\.113\.0\/24/,
  },
  "postgres-config get": {
    runs: "postgres-config get --experimental",
    prints: /max_connections|shared_buffers/,
  },
  "postgres-config update": {
    runs: "postgres-config update --config statement_timeout=1000 --experimental",
    prints: /statement_timeout/,
  },
  "postgres-config delete": { runs: "postgres-config delete --config statement_timeout --experimental" },
  "secrets list": { runs: "secrets list" },
  "secrets set": { runs: "secrets set COLLEAGUE=1" },
  "secrets unset": { runs: "secrets unset COLLEAGUE" },
  services: { runs: "services", prints: /postgres/i },
  "snippets list": { runs: "snippets list" },
  "snippets download": {
    refused: "snippets download 0f0e0d0c-0b0a-4908-8706-050403020100",
    prints: /404.*Snippet not found/,
  },
  "ssl-enforcement get": { runs: "ssl-enforcement get --experimental" },
  "ssl-enforcement update": { runs: "ssl-enforcement update --disable-db-ssl-enforcement --experimental" },
  "sso list": { refused: "sso list", prints: /SAML 2\.0 support is not enabled/ },
  "sso add": {
    refused: "sso add --type saml --metadata-url https://idp.example.org/m --skip-url-validation",
    prints: /SAML 2\.0 support is not enabled/,
  },
  "sso show": {
    refused: "sso show 0f0e0d0c-0b0a-4908-8706-050403020100",
    prints: /SAML 2\.0|not be found|404/,
  },
  "sso update": {
    refused: "sso update 0f0e0d0c-0b0a-4908-8706-050403020100 --domains example.org",
    prints: /SAML 2\.0|not be found|404/,
  },
  "sso remove": {
    refused: "sso remove 0f0e0d0c-0b0a-4908-8706-050403020100",
    prints: /SAML 2\.0|not be found|404/,
  },
  "sso info": { runs: "sso info", prints: /supabase\.co/ },
  "vanity-subdomains get": { runs: "vanity-subdomains get --experimental", prints: /not-used/ },
  "vanity-subdomains check-availability": {
    runs: "vanity-subdomains check-availability --desired-subdomain shop --experimental",
    prints: /true/,
  },
  "vanity-subdomains activate": {
    runs: "vanity-subdomains activate --desired-subdomain shop --experimental",
    prints: /shop/,
  },
  "vanity-subdomains delete": { runs: "vanity-subdomains delete --experimental" },
  "db advisors": { runs: "db advisors --level info -o json", prints: /unused_index/ },
  "db lint": { runs: "db lint --schema shared" },
  "db query": { runs: "db query select+1::bigint+as+answer", prints: /answer/ },
  "db push": { runs: "db push", prints: /up to date/ },
  "db pull": docker,
  "db diff": docker,
  "db dump": docker,
  "db reset": docker,
  "db start": docker,
  "db schema declarative sync": docker,
  "db schema declarative generate": docker,
  "migration list": { runs: "migration list", prints: /20261122100000/ },
  "migration new": local,
  "migration fetch": local,
  "migration up": { runs: "migration up", prints: /up to date/ },
  "migration down": { notRun: "asks a person" },
  "migration repair": { runs: "migration repair 20261122100000 --status applied" },
  "migration squash": docker,
  ...Object.fromEntries(
    inspections.map((name) => [`inspect db ${name}`, { runs: `inspect db ${name}` } satisfies Outcome]),
  ),
  "inspect report": local,
  link: { runs: "link --project-ref $ref", prints: /Finished supabase link/ },
  "seed buckets": docker,
  "storage cp": docker,
  "storage ls": docker,
  "storage mv": docker,
  "storage rm": docker,
  "test db": docker,
  "test new": local,
  bootstrap: { notRun: "asks a person" },
  "completion bash": local,
  "completion fish": local,
  "completion powershell": local,
  "completion zsh": local,
  init: local,
  "issue bug": browser,
  "issue docs": browser,
  "issue feature": browser,
  login: { notRun: "asks a person" },
  logout: local,
  start: docker,
  status: docker,
  stop: docker,
  "telemetry disable": local,
  "telemetry enable": local,
  "telemetry status": local,
  unlink: local,
};

/** Returns the commands that the CLI's own completion script names, with underscores: those without subcommands. */
export function commandsIn(completions: string): string[] {
  const names = [...completions.matchAll(/^_supabase_([a-z0-9_]+)\(\)/gm)].map(([, name]) => name ?? "");
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}_`))).sort();
}
