/** A role of the stack with the attributes of PostgreSQL's `create role`. */
export interface RoleDefinition {
  /** The purpose of the role in one line, for the architecture page and the access matrix. */
  readonly purpose: string;
  readonly login: boolean;
  readonly bypassRowLevelSecurity?: boolean;
  /** Predefined roles of which it is a member. */
  readonly memberOf?: readonly string[];
  /** Milliseconds; 0 means no limit. */
  readonly statementTimeoutMilliseconds?: number;
  readonly idleInTransactionTimeoutMilliseconds?: number;
  /** Whether the deploying role `postgres` must be a member, to create objects in this role's name. */
  readonly grantedToDeployer?: boolean;
}

/** Login roles, each with its own password and connection limit in the stack configuration. */
export const loginRoleNames = ["monitoring", "backup", "preview"] as const;
export type LoginRoleName = (typeof loginRoleNames)[number];
export type RoleName = LoginRoleName | "app_owner";

/**
 * All roles that the stack adds to Supabase's. This contains only attributes and memberships; grants on objects belong
 * to the SQL bundle.
 */
export const roleDefinitions: Readonly<Record<RoleName, RoleDefinition>> = {
  app_owner: {
    // FORCE ROW LEVEL SECURITY does not affect an owner with BYPASSRLS, which hosted `postgres` has.
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
    // A dump copies a table in one statement and keeps its snapshot open for its whole duration.
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
