import { createHmac, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { JsonObject } from "../../../foundation/json";
import { defaultAuthConfig } from "../settings/auth";

export type ProjectStatus =
  | "ACTIVE_HEALTHY"
  | "COMING_UP"
  | "GOING_DOWN"
  | "INACTIVE"
  | "INIT_FAILED"
  | "PAUSE_FAILED"
  | "PAUSING"
  | "RESIZING"
  | "RESTARTING"
  | "RESTORE_FAILED"
  | "RESTORING";

export interface ApiKeyRecord {
  id: string | null;
  name: string;
  type: "legacy" | "publishable" | "secret";
  api_key: string;
  description: string | null;
  secret_jwt_template: { role: string } | null;
  inserted_at: string;
  updated_at: string;
}

export interface EdgeFunctionRecord {
  id: string;
  slug: string;
  name: string;
  version: number;
  status: "ACTIVE";
  created_at: number;
  updated_at: number;
  ezbr_sha256: string;
  verify_jwt: boolean;
  entrypoint_path: string;
  import_map_path?: string;
  /** SHA-256 of each uploaded file's content, by file name. The content is stored as a blob. */
  files: Record<string, string>;
}

export interface ThirdPartyAuthRecord {
  id: string;
  type: string;
  oidc_issuer_url: string | null;
  jwks_url: string | null;
  custom_jwks: unknown;
  resolved_jwks: unknown;
  inserted_at: string;
  updated_at: string;
  resolved_at: string | null;
}

export interface NetworkAddresses {
  dbAllowedCidrs?: string[];
  dbAllowedCidrsV6?: string[];
}

/** Present on a project that is a preview branch of another. */
export interface BranchRecord {
  id: string;
  name: string;
  gitBranch: string | null;
  parentRef: string;
  persistent: boolean;
  isDefault: boolean;
  /** Whether it was requested with a copy of the project's rows. The copy is not made. */
  withData?: boolean;
  /** The outcome of the last push, merge or reset. */
  status?: "RUNNING_MIGRATIONS" | "MIGRATIONS_FAILED" | "FUNCTIONS_DEPLOYED";
  /** Why it failed. The API does not return this. */
  failure?: string;
  createdAt: string;
  updatedAt: string;
}

/** A SAML identity provider. Members that are not set are absent, as in the API's responses. */
export interface SsoProviderRecord {
  id: string;
  saml: {
    entity_id: string;
    metadata_url?: string | undefined;
    metadata_xml?: string | undefined;
    attribute_mapping?: JsonObject | undefined;
    name_id_format?: string | undefined;
  };
  domains: { domain: string; created_at: string; updated_at: string }[];
  created_at: string;
  updated_at: string;
}

/** A key that Auth signs tokens with. The private half is not stored, because the API never returns it. */
export interface SigningKeyRecord {
  id: string;
  algorithm: "ES256" | "RS256" | "EdDSA" | "HS256";
  status: "in_use" | "standby" | "previously_used" | "revoked";
  public_jwk: JsonObject | null;
  created_at: string;
  updated_at: string;
}

/** Who may sign in to the database with a personal access token. */
export interface TemporaryAccessRecord {
  isEnabled: boolean;
  members: { user_id: string; user_roles: { role: string; expires_at?: number | undefined }[] }[];
}

/** The addresses of a project besides `<ref>.supabase.co`. Absent in records of earlier versions. */
export interface AddressRecord {
  vanitySubdomain?: string;
  customHostname?: { hostname: string; id: string };
}

/** Where logs of a project would be sent, as version 2 of the API shows it. */
export interface LogDrainRecord {
  type: "log_drain";
  id: string;
  attributes: { name: string; backend_type: string; config: JsonObject; description?: string | undefined };
}

export interface RestorePointRecord {
  name: string;
  status: "AVAILABLE" | "PENDING" | "REMOVED" | "FAILED";
  completed_on: string | null;
}

/** The state of one project, written to disk as it is. */
export interface ProjectRecord {
  ref: string;
  numericId: number;
  name: string;
  organizationSlug: string;
  region: string;
  createdAt: string;
  status: ProjectStatus;
  /** Password of the role postgres, which the cluster's start needs. */
  databasePassword: string;
  /** The cluster's port at its last start. */
  databasePort?: number;
  jwtSecret: string;
  branch?: BranchRecord;
  /** The default branch. Branching is off while there is none. */
  defaultBranch?: BranchRecord;
  addons: Record<string, string>;
  legacyApiKeysEnabled: boolean;
  apiKeys: ApiKeyRecord[];
  authConfig: JsonObject;
  /** Only the settings that PUT has set. Defaults depend on the compute size. */
  postgresOverrides: JsonObject;
  postgrest: {
    db_schema: string;
    db_extra_search_path: string;
    max_rows: number;
    db_pool: number | null;
    db_pool_acquisition_timeout?: number;
  };
  storage: JsonObject;
  realtime: Record<string, number | boolean | null>;
  pooler: { default_pool_size: number | null; pool_mode: "transaction" | "session" };
  network: { config: NetworkAddresses; updatedAt?: string; appliedAt?: string };
  sslEnforced: boolean;
  /** Changes that take effect at the next start of the database. */
  sslRequested?: boolean;
  /** Version of the server at its last start, such as `17.6`. */
  postgresVersion?: string;
  functions: Record<string, EdgeFunctionRecord>;
  /** Digests by name. The plaintext is not stored, because the API never returns it. */
  secrets: Record<string, { digest: string; updatedAt: string }>;
  thirdPartyAuth: ThirdPartyAuthRecord[];
  restorePoints: RestorePointRecord[];
  bannedIpv4Addresses: string[];
  /** Functions that are bundled but not active yet, by slug. */
  bundledFunctions?: Record<string, EdgeFunctionRecord>;
  /** Absent in records of earlier versions, like the four members below. */
  temporaryAccess?: TemporaryAccessRecord;
  signingKeys?: SigningKeyRecord[];
  ssoProviders?: SsoProviderRecord[];
  addresses?: AddressRecord;
  /** Identifiers of read replicas, which do not exist as databases. */
  readReplicas?: string[];
  logDrains?: LogDrainRecord[];
  /** Root key of pgsodium, in hex. Created at the first request. */
  pgsodiumRootKey?: string;
}

/** Returns a new project ref: 20 lower-case letters. */
export function newProjectRef(): string {
  return Array.from({ length: 20 }, () => String.fromCharCode(97 + randomInt(26))).join("");
}

/** Returns an HS256 token, like the legacy API keys. */
function legacyKey(
  ref: string,
  { role, jwtSecret, now }: { readonly role: string; readonly jwtSecret: string; readonly now: Date },
): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const issued = Math.floor(now.getTime() / 1000);
  const tenYears = 315_360_000;
  const claims = { iss: "supabase", ref, role, iat: issued, exp: issued + tenYears };
  const unsigned = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${unsigned}.${createHmac("sha256", jwtSecret).update(unsigned).digest("base64url")}`;
}

export function newApiKey(
  key: Pick<ApiKeyRecord, "name" | "type"> &
    Partial<Pick<ApiKeyRecord, "description" | "secret_jwt_template">>,
): ApiKeyRecord {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    api_key: `sb_${key.type}_${randomBytes(16).toString("base64url")}_${randomBytes(4).toString("hex")}`,
    description: null,
    secret_jwt_template: null,
    ...key,
    inserted_at: now,
    updated_at: now,
  };
}

export interface NewProject {
  numericId: number;
  name: string;
  organizationSlug: string;
  region: string;
  databasePassword: string;
  instanceSize?: string;
  branch?: BranchRecord;
}

/** Returns a new project, still without a cluster. */
export function newProject(request: NewProject): ProjectRecord {
  const ref = newProjectRef();
  const now = new Date();
  const jwtSecret = randomBytes(40).toString("base64");
  const legacy = (name: "anon" | "service_role"): ApiKeyRecord => ({
    ...newApiKey({ name, type: "legacy", description: `Legacy ${name} API key` }),
    id: null,
    api_key: legacyKey(ref, { role: name, jwtSecret, now }),
  });
  return {
    ref,
    numericId: request.numericId,
    name: request.name,
    organizationSlug: request.organizationSlug,
    region: request.region,
    createdAt: now.toISOString(),
    status: "COMING_UP",
    databasePassword: request.databasePassword,
    jwtSecret,
    ...(request.branch && { branch: request.branch }),
    addons: addonsAtBirth(request.instanceSize),
    legacyApiKeysEnabled: true,
    apiKeys: [
      legacy("anon"),
      legacy("service_role"),
      newApiKey({ name: "default", type: "publishable" }),
      newApiKey({ name: "default", type: "secret", secret_jwt_template: { role: "service_role" } }),
    ],
    authConfig: defaultAuthConfig(),
    postgresOverrides: {},
    postgrest: {
      db_schema: "public,graphql_public",
      db_extra_search_path: "public, extensions",
      max_rows: 1000,
      db_pool: null,
    },
    storage: {
      fileSizeLimit: 52_428_800,
      features: {
        imageTransformation: { enabled: false },
        s3Protocol: { enabled: true },
        icebergCatalog: { enabled: false, maxCatalogs: 0, maxNamespaces: 0, maxTables: 0 },
        vectorBuckets: { enabled: false, maxBuckets: 0, maxIndexes: 0 },
      },
      external: { upstreamTarget: "main" },
      capabilities: { list_v2: true, iceberg_catalog: false },
      migrationVersion: "operation-function",
      databasePoolMode: "single_use",
    },
    realtime: {
      private_only: false,
      connection_pool: 2,
      max_concurrent_users: 200,
      max_events_per_second: 100,
      max_bytes_per_second: 100_000,
      max_channels_per_client: 100,
      max_joins_per_second: 100,
      max_presence_events_per_second: 20,
      max_payload_size_in_kb: 100,
      presence_enabled: true,
      suspend: false,
    },
    pooler: { default_pool_size: 15, pool_mode: "transaction" },
    network: { config: {} },
    sslEnforced: false,
    functions: {},
    secrets: {},
    thirdPartyAuth: [],
    restorePoints: [],
    bannedIpv4Addresses: [],
  };
}

/** Returns the add-on of an instance size. A free (nano) project has none; there is no `ci_nano`. */
function addonsAtBirth(instanceSize: string | undefined): Record<string, string> {
  if (instanceSize === undefined || instanceSize === "nano") return {};
  return { compute_instance: `ci_${instanceSize}` };
}
