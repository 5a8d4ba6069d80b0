/** A role of the stack as PostgreSQL's `create role` would have it. */
export interface RoleDefinition {
  /** What the role is for, in one line; the architecture page and the access matrix show it. */
  readonly purpose: string;
  readonly login: boolean;
  readonly bypassRowLevelSecurity?: boolean;
  /** Predefined roles it is a member of. */
  readonly memberOf?: readonly string[];
  /** Milliseconds; 0 is no limit. */
  readonly statementTimeoutMilliseconds?: number;
  readonly idleInTransactionTimeoutMilliseconds?: number;
  /** Whether the deploying role `postgres` has to be a member, to create objects in this role's name. */
  readonly grantedToDeployer?: boolean;
}

/** Login roles, each with a password and a connection limit of its own in the stack config. */
export const loginRoleNames = ["monitoring", "backup", "preview"] as const;
export type LoginRoleName = (typeof loginRoleNames)[number];
export type RoleName = LoginRoleName | "app_owner";

/**
 * Every role that the stack adds to the ones Supabase brings. Grants on objects belong to the SQL bundle; here stand
 * attributes and memberships only.
 */
export const roleDefinitions: Readonly<Record<RoleName, RoleDefinition>> = {
  app_owner: {
    // FORCE ROW LEVEL SECURITY does nothing for an owner with BYPASSRLS, and hosted `postgres` has it.
    purpose: "Owns tables, views and security definer functions, and is itself bound by row-level security.",
    login: false,
    grantedToDeployer: true,
  },
  monitoring: {
    purpose: "Reads statistics and the monitoring views; sees no tenant's rows.",
    login: true,
    memberOf: ["pg_monitor"],
    statementTimeoutMilliseconds: 30_000,
    idleInTransactionTimeoutMilliseconds: 60_000,
  },
  backup: {
    purpose: "Reads every row for the backup program; writes nothing.",
    login: true,
    bypassRowLevelSecurity: true,
    memberOf: ["pg_read_all_data"],
    // A dump copies a table in one statement and holds its snapshot open from first to last.
    statementTimeoutMilliseconds: 0,
    idleInTransactionTimeoutMilliseconds: 0,
  },
  preview: {
    purpose: "Reads the catalog for pull-request previews; sees no tenant's rows.",
    login: true,
    statementTimeoutMilliseconds: 60_000,
    idleInTransactionTimeoutMilliseconds: 60_000,
  },
};
