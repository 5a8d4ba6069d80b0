import { GrantRole } from "@pulumi/postgresql/grantRole";
import type { Provider } from "@pulumi/postgresql/provider";
import { Role } from "@pulumi/postgresql/role";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { type LoginRoleName, type RoleName, roleDefinitions } from "./roleDefinitions";

export interface LoginArgs {
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  /** Most connections the role may hold at once. */
  readonly connectionLimit: pulumi.Input<number>;
}

export interface DatabaseRolesArgs {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly provider: Provider;
  /** The role that deploys. Default `postgres`. */
  readonly deployer?: string;
  readonly logins: Readonly<Record<LoginRoleName, LoginArgs>>;
}

/** The Postgres roles of the stack, their attributes and their memberships. */
export class DatabaseRoles extends Component {
  readonly roles: Readonly<Record<RoleName, Role>>;

  constructor(name: string, args: DatabaseRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseRoles", name, opts);
    const options = this.childOptions({ provider: args.provider });

    const createRole = (roleName: RoleName): Role => {
      const definition = roleDefinitions[roleName];
      const login = roleName === "app_owner" ? undefined : args.logins[roleName];
      return new Role(
        this.childName(roleName.replaceAll("_", "-")),
        {
          name: roleName,
          login: definition.login,
          bypassRowLevelSecurity: definition.bypassRowLevelSecurity ?? false,
          roles: [...(definition.memberOf ?? [])],
          connectionLimit: login?.connectionLimit ?? -1,
          statementTimeout: definition.statementTimeoutMilliseconds,
          idleInTransactionSessionTimeout: definition.idleInTransactionTimeoutMilliseconds,
          password: login?.password,
        },
        options,
      );
    };
    this.roles = {
      app_owner: createRole("app_owner"),
      monitoring: createRole("monitoring"),
      backup: createRole("backup"),
      preview: createRole("preview"),
    };

    for (const [roleName, role] of Object.entries(this.roles)) {
      if (roleDefinitions[roleName as RoleName].grantedToDeployer !== true) continue;
      new GrantRole(
        this.childName(`${roleName.replaceAll("_", "-")}-to-deployer`),
        { role: args.deployer ?? "postgres", grantRole: role.name },
        options,
      );
    }

    this.registerOutputs({ roles: Object.keys(this.roles) });
  }
}
