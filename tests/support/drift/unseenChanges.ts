/** A change that no report shows, because only a superuser or the platform can see it. */
export interface UnseenChange {
  readonly name: string;
  /** The statement and its reverse, as a superuser; undefined if it is not made with a statement. */
  readonly by?: { readonly change: string; readonly reverse: string };
  readonly because: string;
  readonly instead: string;
}

export const unseenChanges: readonly UnseenChange[] = [
  {
    name: "the password of a role is set or changed",
    by: {
      change: "alter role reporting password 'do-not-print-this'",
      reverse: "alter role reporting password null",
    },
    because:
      "only superusers may read `pg_authid`; `pg_roles` masks the password; event triggers do not fire for roles; and counters of updates of `pg_authid` also count the platform's own",
    instead:
      "A password is only usable with LOGIN. `login`, `validUntil`, `connectionLimit` and memberships of every role are compared. On a hosted project `postgres` may not set passwords of `anon`, `authenticated`, `authenticator`, `service_role` and the platform's roles (`tests/emulators/postgres/hostedRightsCases.ts`). If the password of `postgres` is changed, the refresh itself cannot connect. `log_statement = 'mod'`, which the stack sets where the server allows it, writes each `alter role` to the server's log. Network restrictions limit the addresses from which roles can log in.",
  },
  {
    name: "a subscription gets its rows from another server",
    by: {
      change: "alter subscription warehouse connection 'dbname=another'",
      reverse: "alter subscription warehouse connection 'dbname=elsewhere'",
    },
    because: "the connection may contain a password, so only superusers may read it",
    instead:
      "Only a superuser or a member of `pg_create_subscription` owns a subscription. New subscriptions, and the owner, publications and rights of each, are compared.",
  },
  {
    name: "an account's password, email address, metadata, second factor or identity is replaced",
    by: {
      change: "update auth.users set encrypted_password = 'x' where email = 'member@example.com'",
      reverse: "update auth.users set encrypted_password = null where email = 'member@example.com'",
    },
    because: "users do this every day, and a row does not record who wrote it",
    instead:
      "Who may write to the tables of `auth`, their triggers, defaults and constraints, and `role`, `aud` and `is_super_admin` of accounts are compared. Auth's own log, `auth.audit_log_entries`, names what went through Auth.",
  },
  {
    name: "an account's `role` says `service_role`, in a project whose `auth.users` is larger than 64 MB",
    because:
      "no index of Auth supports the query, and only Auth may create one ([ADR 8](adr/0008-posture.md))",
    instead:
      "The token hook of the bundle sets `authenticated` in every token of Auth, regardless of the row; `tests/sql/tokenHook.database.test.ts` checks it. The hook, its function and its setting are compared.",
  },
  {
    name: "a function, a materialized view or an index that is not unique, of another application, depends on an extension",
    by: {
      change: "alter function public.legacy_count() depends on extension pg_trgm",
      reverse: "alter function public.legacy_count() no depends on extension pg_trgm",
    },
    because:
      "`drop extension` then drops the object, which opens nothing and loses no rows: it refuses to drop a function that a policy, a trigger, a constraint or a view uses",
    instead:
      "Functions and materialized views that are missing are reported. Triggers, constraints and unique indexes are guards, so their extensions are compared, and for objects of the bundle all are.",
  },
  {
    name: "a sequence of another application is unlogged or restarted",
    by: {
      change: "alter sequence public.numbers set unlogged",
      reverse: "alter sequence public.numbers set logged",
    },
    because:
      "it opens nothing, and a sequence contains no rows; applications restart their sequences themselves",
    instead: "Primary keys and unique indexes, which refuse a number that exists, are compared.",
  },
  {
    name: "other settings of the server's configuration",
    by: {
      change: "alter system set log_min_duration_statement = 1000",
      reverse: "alter system reset log_min_duration_statement",
    },
    because: "the platform changes its configuration with each upgrade and size of the server",
    instead:
      "Only a superuser, or a role that was granted the parameter, may do it, and such grants are compared. So are settings that decide as which role, or with which code, sessions run, and settings of roles and of the database. ProjectWatch compares the settings that the Management API changes.",
  },
  {
    name: "a secret of the vault is added, replaced or deleted",
    by: {
      change: "select vault.create_secret('do-not-print-this', 'webhook')",
      reverse: "delete from vault.secrets where name = 'webhook'",
    },
    because: "applications store secrets at run time, and a row does not record who wrote it",
    instead:
      "Who may read and write secrets, through tables, views and functions, is compared. So are functions and jobs, which name the secrets that they read. Let them read addresses of other servers from their own text instead of from a secret.",
  },
  {
    name: "a SAML provider with a metadata URL gets other certificates, but keeps the URL",
    by: {
      change:
        "update auth.saml_providers set metadata_xml = replace(metadata_xml, '2026-11-30', '2030-01-01') where metadata_url is not null",
      reverse:
        "update auth.saml_providers set metadata_xml = replace(metadata_xml, '2030-01-01', '2026-11-30') where metadata_url is not null",
    },
    because: "Auth does the same at a sign-in when the metadata are a day old",
    instead:
      "The URL and the provider's entity ID are compared, as is everything of a provider without a URL. Who may write to the tables of `auth` is compared, too. Auth replaces such certificates with those of the URL when they expire.",
  },
  {
    name: "an OAuth client that is marked as one that registered itself is added by a statement",
    by: {
      change:
        "insert into auth.oauth_clients (id, redirect_uris, grant_types, registration_type) values ('00000000-0000-4000-8000-0000000000ce', 'https://evil.example', 'authorization_code', 'dynamic')",
      reverse: "delete from auth.oauth_clients where id = '00000000-0000-4000-8000-0000000000ce'",
    },
    because:
      "strangers add such rows where clients may register themselves, and the database does not contain that setting",
    instead:
      "The setting is compared, and so is every client that somebody registered, also when it is marked so later. Who may write to the tables of `auth` is compared. Auth lists all clients: `GET /auth/v1/admin/oauth/clients`.",
  },
  {
    name: "the connection string of a subscription is changed",
    because: "only superusers may read `pg_subscription.subconninfo`",
    instead: "A new subscription is reported, and so is another owner, publication or state of one.",
  },
  {
    name: "log drains, AWS PrivateLink and GitHub connections, where version 2 of the Management API refuses the plan or the token",
    because: "the API answers 401 or 403",
    instead: "The add-on that a log drain needs is reported: `add-on log_drain: added`.",
  },
  {
    name: "S3 access keys of Storage, invitations to the organization, authorized OAuth applications, access tokens of members",
    because: "the Management API does not list them",
    instead:
      "Switching on the S3 protocol is reported, and so is each member who accepts an invitation. The organization's audit log in the dashboard names the rest.",
  },
  {
    name: "a task is started manually in the cluster and ends before the next refresh: `aws ecs run-task`",
    because: "it is an event and not state; a manual backup with the stack's own definition is ordinary",
    instead:
      "A running task of another definition, with other roles, commands or variables, or open for `execute-command`, is reported. A new revision of the stack's definitions is reported, too. CloudTrail records each `RunTask`.",
  },
  {
    name: "a schedule in another group calls an API of AWS directly (`arn:aws:scheduler:::aws-sdk:…`), for example to start a task or delete an object",
    because:
      "the list of schedules does not contain the input of the call, and an account can have thousands of schedules",
    instead:
      "The call needs a role with permissions on the stack's resources. Roles of the stack, the policies of bucket, key, queue and topic, and grants on the key are compared. Schedules whose target is the cluster, a function, the queue or the topic are reported, unless the account has more than 1,000 schedules; then a warning says that they are not compared.",
  },
  {
    name: "rules of Route 53 Resolver forward the network's names to another server, DNS Firewall replaces an answer, or a Route 53 Profile with private zones and rules is associated with the network",
    because:
      "EC2 has no list of them for a VPC, its list of private zones lacks those of a profile, and the local AWS serves neither DNS Firewall nor profiles",
    instead:
      "Private zones and DHCP options of the network are compared. With `sslMode: verify-full`, backups refuse another server.",
  },
  {
    name: "the network is associated with a service network of VPC Lattice",
    because:
      "it lets tasks of the network call services of others, but nobody into the network; a resource gateway, with which others use its address, has network interfaces",
    instead: "Foreign network interfaces in the network are reported.",
  },
  {
    name: "subnets of the network are shared with another account (AWS RAM), or the account no longer blocks internet gateways (VPC Block Public Access)",
    because:
      "a share opens nothing until the other account uses it; the block applies to all networks of the account, and its owner decides about it",
    instead:
      "Foreign instances and network interfaces in the subnets are reported. Routes and gateways of the network are compared.",
  },
  {
    name: "log groups and metrics are shared with a monitoring account (CloudWatch cross-account observability: `aws oam create-link`)",
    because:
      "organizations do it for all of their accounts; the logs of the stack contain neither rows nor passwords",
    instead:
      "Subscriptions of the log groups, policies of the account for logs and resource policies are compared.",
  },
  {
    name: "settings of the account in ECS: `aws ecs put-account-setting-default`",
    because:
      "none opens access; the task definitions set their log driver and its mode explicitly, and the cluster sets Container Insights",
    instead: "Task definitions and the settings of the cluster are compared.",
  },
  {
    name: "the thumbprint of the GitHub identity provider: `aws iam update-open-id-connect-provider-thumbprint`",
    because:
      "AWS verifies GitHub's certificate with its own list of authorities and ignores the thumbprint; the aws provider does not compare it",
    instead:
      "A refresh of `bootstrap/` reports other audiences of the provider, and other trust policies of the roles.",
  },
  {
    name: "a user or another role gets a policy that allows access to the stack's resources, or access keys",
    because:
      "identities of the account that the stack did not create belong to its administrators, and are not known to the stack",
    instead:
      "Access from other accounts also needs a policy of the bucket, key, secret, queue or topic, and these are compared. CloudTrail records each use, and IAM Access Analyzer lists unused access.",
  },
];
