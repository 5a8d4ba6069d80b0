import { GrantRole } from "@pulumi/postgresql/grantRole";
import type { Provider } from "@pulumi/postgresql/provider";
import { Role } from "@pulumi/postgresql/role";
import * as pulumi from "@pulumi/pulumi";
import { scramVerifier } from "../../foundation/scramVerifier";
import { Component } from "../component";
import { type LoginRoleName, type RoleName, roleDefinitions } from "./roleDefinitions";

export interface LoginArgs {
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  /** The maximum number of connections of the role. */
  readonly connectionLimit: pulumi.Input<number>;
}

export interface DatabaseRolesArgs {
  /** Connects as the deploying role, hosted Supabase's `postgres`. */
  readonly provider: Provider;
  /** The role that deploys. Default `postgres`. */
  readonly deployer?: pulumi.Input<string>;
  readonly logins: Readonly<Record<LoginRoleName, LoginArgs>>;
}

/** The PostgreSQL roles of the stack, with their attributes and memberships. */
export class DatabaseRoles extends Component {
  readonly roles: Readonly<Record<RoleName, Role>>;
  /** Of roles and memberships; known when all of them exist. */
  readonly ids: readonly pulumi.Output<string>[];

  constructor(name: string, args: DatabaseRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DatabaseRoles", name, opts);
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
          // Never the password itself, because the server logs this statement and pg_stat_statements shows it to
          // `monitoring`.
          password:
            login && pulumi.output(login.password).apply((password) => scramVerifier(password, roleName)),
        },
        this.roleOptions(args.provider, roleName),
      );
    };
    this.roles = {
      app_owner: createRole("app_owner"),
      monitoring: createRole("monitoring"),
      backup: createRole("backup"),
      preview: createRole("preview"),
    };

    const granted = (Object.keys(this.roles) as RoleName[]).filter(
      (roleName) => roleDefinitions[roleName].grantedToDeployer === true,
    );
    const memberships = granted.map(
      (roleName) =>
        new GrantRole(
          this.childName(`${roleName.replaceAll("_", "-")}-to-deployer`),
          { role: args.deployer ?? "postgres", grantRole: this.roles[roleName].name },
          // From PostgreSQL 16 on, the creator of a role has the admin option on it, in a separate membership that cannot be
          // revoked. The plugins only read one of the two memberships, and would replace this one repeatedly.
          { ...this.roleOptions(args.provider, roleName), ignoreChanges: ["withAdminOption"] },
        ),
    );
    this.ids = [...Object.values(this.roles), ...memberships].map(({ id }) => id);

    this.registerOutputs({ roles: Object.keys(this.roles) });
  }

  /**
   * Returns the options of a role that owns tables. It is never dropped: that would need `drop owned`, and the tables
   * contain data.
   */
  private roleOptions(provider: Provider, roleName: RoleName): pulumi.CustomResourceOptions {
    return this.childOptions({ provider, retainOnDelete: roleDefinitions[roleName].login === false });
  }
}
