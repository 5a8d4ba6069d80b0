export interface ApikeySecretJwtTemplate {
  /** Role that requests with the key have. */
  role: string;
}

export interface BranchDatabase {
  host: string;
  /** Ref of the branch's own project. */
  id: string;
  jwtSecret: string;
  password: string;
  port: number;
  status: string;
  user: string;
  version: string;
}

export interface EdgeFunctionSecretsSecret {
  name: string;
  value: string;
}

export interface GetApikeysSecretKey {
  apiKey: string;
  name: string;
}

export interface GetBranchBranch {
  gitBranch: string;
  /** UUID of the branch. */
  id: string;
  /** Ref of the branch's own project. */
  projectRef: string;
}

export interface ProjectTimeouts {
  create?: string;
  update?: string;
}

export interface SettingsTimeouts {
  create?: string;
  update?: string;
}

export interface ThirdPartyAuthTimeouts {
  create?: string;
}
