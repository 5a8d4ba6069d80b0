import type * as pulumi from "@pulumi/pulumi";

export interface ApikeySecretJwtTemplate {
  /** Role that requests with the key have. */
  role?: pulumi.Input<string | undefined>;
}

export interface BranchDatabase {
  host?: pulumi.Input<string | undefined>;
  /** Ref of the branch's own project. */
  id?: pulumi.Input<string | undefined>;
  jwtSecret?: pulumi.Input<string | undefined>;
  password?: pulumi.Input<string | undefined>;
  port?: pulumi.Input<number | undefined>;
  status?: pulumi.Input<string | undefined>;
  user?: pulumi.Input<string | undefined>;
  version?: pulumi.Input<string | undefined>;
}

export interface EdgeFunctionSecretsSecret {
  name: pulumi.Input<string>;
  value: pulumi.Input<string>;
}

/** Durations as Go writes them: `90s`, `10m`. */
export interface ProjectTimeouts {
  create?: pulumi.Input<string | undefined>;
  update?: pulumi.Input<string | undefined>;
}

/** Durations as Go writes them: `90s`, `10m`. */
export interface SettingsTimeouts {
  create?: pulumi.Input<string | undefined>;
  update?: pulumi.Input<string | undefined>;
}

/** A duration as Go writes it: `90s`, `10m`. */
export interface ThirdPartyAuthTimeouts {
  create?: pulumi.Input<string | undefined>;
}
