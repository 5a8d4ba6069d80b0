import type { JsonValue } from "../../../foundation/json";
import { furtherAuthRows } from "./furtherAuthRows";

/** A change in a project outside of the stack, with the Management API calls of the dashboard and the CLI. */
export interface ProjectChange {
  readonly name: string;
  /**
   * Calls below the project's path: method, path and body. The last one is the change, the others prepare it. `$id` in a path is
   * the id from the previous response. A path that begins with `/v2/` is below the project's path in version 2.
   */
  readonly calls: readonly (readonly [method: string, path: string, body?: JsonValue])[];
  /** Number of calls before the baseline is recorded. Default: none. */
  readonly before?: number;
  readonly reports: Readonly<Record<string, string>>;
}

const auth = (body: Readonly<Record<string, JsonValue>>) => ["PATCH", "/config/auth", body] as const;
const postgres = (body: Readonly<Record<string, JsonValue>>) =>
  ["PUT", "/config/database/postgres", body] as const;
const storage = (features: Readonly<Record<string, JsonValue>>) =>
  ["PATCH", "/config/storage", { features }] as const;

/** The request that creates a log drain. */
const logDrain = (url: string): JsonValue => ({
  data: { type: "log_drain", attributes: { name: "copies", backend_type: "webhook", config: { url } } },
});

/** Auth settings that the stack does not send: key, value, and what is reported. */
const authRows: readonly (readonly [name: string, key: string, value: JsonValue, report: string])[] = [
  [
    "a test code for a phone number is set",
    "sms_test_otp",
    "15551234567=123456",
    "off → 15551234567=123456 [opens]",
  ],
  ["a hook receives every email with its codes", "hook_send_email_enabled", true, "off → on [opens]"],
  [
    "a hook's address is set",
    "hook_send_email_uri",
    "https://evil.example/mail",
    "off → https://evil.example/mail [opens]",
  ],
  ["a hook receives every text message", "hook_send_sms_enabled", true, "off → on [opens]"],
  ["a hook verifies second factors", "hook_mfa_verification_attempt_enabled", true, "off → on [opens]"],
  ["a hook verifies passwords", "hook_password_verification_attempt_enabled", true, "off → on [opens]"],
  ["SAML is enabled", "saml_enabled", true, "off → on [opens]"],
  ["manual linking of identities is enabled", "security_manual_linking_enabled", true, "off → on [opens]"],
  ["passkeys are enabled", "passkey_enabled", true, "off → on [opens]"],
  ["the project becomes an OAuth server", "oauth_server_enabled", true, "off → on [opens]"],
  ["OAuth clients register themselves", "oauth_server_allow_dynamic_registration", true, "off → on [opens]"],
  ["custom OAuth providers are allowed", "custom_oauth_enabled", true, "off → on [opens]"],
  [
    "users with unverified email addresses may sign in",
    "mailer_allow_unverified_email_sign_ins",
    true,
    "off → on [opens]",
  ],
  ["phone numbers are confirmed without a code", "sms_autoconfirm", true, "off → on [opens]"],
  ["a CAPTCHA is required", "security_captcha_enabled", true, "off → on [changes]"],
  [
    "a password change requires reauthentication",
    "security_update_password_require_reauthentication",
    true,
    "off → on [changes]",
  ],
  [
    "the subject of an email changes",
    "mailer_subjects_confirmation",
    "Your prize",
    "off → Your prize [changes]",
  ],
  [
    "the text of an email changes",
    "mailer_templates_recovery_content",
    "<p>go to evil.example</p>",
    "off → <p>go to evil.example</p> [changes]",
  ],
  ["the rate limit for wallet sign-ins is raised", "rate_limit_web3", 3000, "30 → 3000 [changes]"],
  ["session tags are set", "sessions_tags", "web,mobile", "off → web,mobile [changes]"],
  ["codes in text messages are valid longer", "sms_otp_exp", 86_400, "60 → 86400 [changes]"],
  ["codes in text messages are shorter", "sms_otp_length", 4, "6 → 4 [changes]"],
  ["Auth uses more connections", "db_max_pool_size", 50, "off → 50 [changes]"],
  ["another provider sends text messages", "sms_provider", "vonage", "off → vonage [opens]"],
  ["another account sends codes", "sms_twilio_account_sid", "AC0", "off → AC0 [opens]"],
  ["another server sends emails", "smtp_host", "evil.example", "off → evil.example [opens]"],
  [
    "an external SAML URL is set",
    "saml_external_url",
    "https://evil.example",
    "off → https://evil.example [changes]",
  ],
];

/** Database settings that the stack does not send. */
const databaseRows: readonly (readonly [name: string, key: string, value: JsonValue, report: string])[] = [
  ["a statement timeout is set", "statement_timeout", "1000", "off → 1000 [extra]"],
  ["triggers and foreign keys are bypassed", "session_replication_role", "replica", "off → replica [opens]"],
  ["lock waits are logged", "log_lock_waits", true, "off → on [extra]"],
  ["more WAL is kept for replication slots", "max_slot_wal_keep_size", "4096MB", "off → 4096MB [extra]"],
  ["the number of parallel workers is set", "max_parallel_workers", 2, "off → 2 [extra]"],
  ["times of commits are kept", "track_commit_timestamp", true, "off → on [extra]"],
  ["long queries on replicas delay cleanup", "hot_standby_feedback", true, "off → on [extra]"],
];

/** Reported from the first deployment on. The API supports SSO providers only if SAML is enabled. */
const samlIsOn = { "auth setting saml_enabled": "off → on [opens]" };

const member = "11111111-1111-4111-8111-111111111111";

const companyProvider = (domains: string[]): JsonValue => ({
  type: "saml",
  metadata_url: "https://idp.example.org/saml",
  domains,
});

/** Every row is applied to the emulator, reported by `ProjectWatch`, and printed in docs/drift.md. */
export const projectChanges: readonly ProjectChange[] = [
  ...[...authRows, ...furtherAuthRows].map(([name, key, value, report]) => ({
    name,
    calls: [auth({ [key]: value })],
    reports: { [`auth setting ${key}`]: report },
  })),
  {
    name: "the CAPTCHA is disabled",
    calls: [
      auth({
        security_captcha_enabled: true,
        security_captcha_provider: "turnstile",
        security_captcha_secret: "s",
      }),
      auth({ security_captcha_enabled: false }),
    ],
    before: 1,
    reports: { "auth setting security_captcha_enabled": "on → off [opens]" },
  },
  {
    name: "a password change no longer requires reauthentication",
    calls: [
      auth({ security_update_password_require_reauthentication: true }),
      auth({ security_update_password_require_reauthentication: false }),
    ],
    before: 1,
    reports: { "auth setting security_update_password_require_reauthentication": "on → off [opens]" },
  },
  ...databaseRows.map(([name, key, value, report]) => ({
    name,
    calls: [postgres({ [key]: value })],
    reports: { [`database setting ${key}`]: report },
  })),
  {
    name: "the Data API uses more connections",
    calls: [["PATCH", "/postgrest", { db_pool: 40 }]],
    reports: { "Data API setting db_pool": "off → 40 [changes]" },
  },
  {
    name: "vector buckets are enabled",
    calls: [storage({ vectorBuckets: { enabled: true, maxBuckets: 5, maxIndexes: 5 } })],
    reports: {
      "storage setting features.vectorBuckets.enabled": "off → on [changes]",
      "storage setting features.vectorBuckets.maxBuckets": "0 → 5 [changes]",
      "storage setting features.vectorBuckets.maxIndexes": "0 → 5 [changes]",
    },
  },
  {
    name: "Realtime accepts larger messages",
    calls: [["PATCH", "/config/realtime", { max_payload_size_in_kb: 9000 }]],
    reports: { "realtime setting max_payload_size_in_kb": "100 → 9000 [changes]" },
  },
  {
    name: "a function secret is added (`supabase secrets set`)",
    calls: [["POST", "/secrets", [{ name: "COLLEAGUE", value: "1" }]]],
    reports: { "function secret COLLEAGUE": "added: value $hash [extra]" },
  },
  {
    name: "an added function secret is changed",
    calls: [
      ["POST", "/secrets", [{ name: "COLLEAGUE", value: "1" }]],
      ["POST", "/secrets", [{ name: "COLLEAGUE", value: "2" }]],
    ],
    before: 1,
    reports: { "function secret COLLEAGUE": "value $hash → value $hash [changes]" },
  },
  {
    name: "a function secret outside of the stack is removed",
    calls: [
      ["POST", "/secrets", [{ name: "COLLEAGUE", value: "1" }]],
      ["DELETE", "/secrets", ["COLLEAGUE"]],
    ],
    before: 1,
    reports: { "function secret COLLEAGUE": "removed: value $hash [changes]" },
  },
  {
    name: "new users may sign up again",
    calls: [auth({ disable_signup: true }), auth({ disable_signup: false })],
    before: 1,
    reports: { "auth setting disable_signup": "on → off [opens]" },
  },
  {
    name: "a change of email address requires one confirmation only",
    calls: [
      auth({ mailer_secure_email_change_enabled: true }),
      auth({ mailer_secure_email_change_enabled: false }),
    ],
    before: 1,
    reports: { "auth setting mailer_secure_email_change_enabled": "on → off [opens]" },
  },
  {
    name: "refresh tokens are no longer rotated",
    calls: [auth({ refresh_token_rotation_enabled: true }), auth({ refresh_token_rotation_enabled: false })],
    before: 1,
    reports: { "auth setting refresh_token_rotation_enabled": "on → off [opens]" },
  },
  {
    name: "second factors are no longer verified",
    calls: [auth({ mfa_totp_verify_enabled: true }), auth({ mfa_totp_verify_enabled: false })],
    before: 1,
    reports: { "auth setting mfa_totp_verify_enabled": "on → off [opens]" },
  },
  {
    name: "a user may have several sessions",
    calls: [auth({ sessions_single_per_user: true }), auth({ sessions_single_per_user: false })],
    before: 1,
    reports: { "auth setting sessions_single_per_user": "on → off [opens]" },
  },
  {
    name: "a secret API key is added",
    calls: [["POST", "/api-keys", { type: "secret", name: "colleague" }]],
    reports: { "API key colleague": "added: secret, id $hash [opens]" },
  },
  {
    name: "a secret API key is deleted and created again with the same name",
    calls: [
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
    ],
    before: 1,
    reports: { "API key colleague": "secret, id $hash → secret, id $hash [opens]" },
  },
  {
    name: "a publishable API key is deleted and created again with the same name",
    calls: [
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
    ],
    before: 1,
    reports: { "API key colleague": "publishable, id $hash → publishable, id $hash [opens]" },
  },
  {
    name: "a secret API key with the name of a publishable one is added",
    calls: [
      ["POST", "/api-keys", { type: "publishable", name: "colleague" }],
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
    ],
    before: 1,
    reports: {
      "API key colleague": "publishable, id $hash → publishable, id $hash; secret, id $hash [opens]",
    },
  },
  {
    name: "an API key is deleted",
    calls: [
      ["POST", "/api-keys", { type: "secret", name: "colleague" }],
      ["DELETE", "/api-keys/$id"],
    ],
    before: 1,
    reports: { "API key colleague": "removed: secret, id $hash [changes]" },
  },
  {
    name: "a read replica is added",
    calls: [["POST", "/read-replicas/setup", { read_replica_region: "eu-west-1" }]],
    reports: { "read replica $replica": "added: 127.0.0.1 [opens]" },
  },
  {
    name: "a log drain to another address is added",
    calls: [["POST", "/v2/analytics/log-drains", logDrain("https://evil.example/logs")]],
    reports: { "log drain copies": "added: webhook, configuration $hash [opens]" },
  },
  {
    name: "a log drain is replaced by one with the same name and another address",
    calls: [
      ["POST", "/v2/analytics/log-drains", logDrain("https://logs.example.org")],
      ["DELETE", "/v2/analytics/log-drains/$id"],
      ["POST", "/v2/analytics/log-drains", logDrain("https://evil.example/logs")],
    ],
    before: 1,
    reports: {
      "log drain copies": "webhook, configuration $hash → webhook, configuration $hash [opens]",
    },
  },
  {
    name: "ID tokens of another Google client are accepted",
    calls: [auth({ external_google_additional_client_ids: "evil.apps.googleusercontent.com" })],
    reports: {
      "auth setting external_google_additional_client_ids": "off → evil.apps.googleusercontent.com [opens]",
    },
  },
  {
    name: "the nonce of Google ID tokens is not checked",
    calls: [auth({ external_google_skip_nonce_check: true })],
    reports: { "auth setting external_google_skip_nonce_check": "off → on [opens]" },
  },
  {
    name: "Keycloak sign-ins use another server",
    calls: [
      auth({ external_keycloak_url: "https://idp.example.org" }),
      auth({ external_keycloak_url: "https://evil.example" }),
    ],
    before: 1,
    reports: {
      "auth setting external_keycloak_url": "https://idp.example.org → https://evil.example [opens]",
    },
  },
  {
    name: "passkeys of another site are accepted",
    calls: [auth({ webauthn_rp_origins: "https://evil.example" })],
    reports: { "auth setting webauthn_rp_origins": "off → https://evil.example [opens]" },
  },
  {
    name: "the S3 protocol of Storage is enabled",
    calls: [storage({ s3Protocol: { enabled: false } }), storage({ s3Protocol: { enabled: true } })],
    before: 1,
    reports: { "storage setting features.s3Protocol.enabled": "off → on [opens]" },
  },
  {
    name: "a secret API key gets another role",
    calls: [
      [
        "POST",
        "/api-keys",
        { type: "secret", name: "colleague", secret_jwt_template: { role: "service_role" } },
      ],
      ["PATCH", "/api-keys/$id", { secret_jwt_template: { role: "authenticator" } }],
    ],
    before: 1,
    reports: { "API key colleague": "secret, id $hash → secret as authenticator, id $hash [opens]" },
  },
  {
    name: "a publishable API key is added",
    calls: [["POST", "/api-keys", { type: "publishable", name: "colleague" }]],
    reports: { "API key colleague": "added: publishable, id $hash [opens]" },
  },
  {
    name: "legacy API keys are enabled again",
    calls: [
      ["PUT", "/api-keys/legacy?enabled=false"],
      ["PUT", "/api-keys/legacy?enabled=true"],
    ],
    before: 1,
    reports: { "legacy API keys": "off → on [opens]" },
  },
  {
    name: "legacy API keys are disabled",
    calls: [["PUT", "/api-keys/legacy?enabled=false"]],
    reports: { "legacy API keys": "on → off [changes]" },
  },
  {
    name: "tokens of another issuer are accepted",
    calls: [["POST", "/config/auth/third-party-auth", { oidc_issuer_url: "https://evil.example" }]],
    reports: { "third-party auth https://evil.example": "added: $type [opens]" },
  },
  {
    name: "a signing key is added",
    calls: [["POST", "/config/auth/signing-keys", { algorithm: "ES256" }]],
    reports: { "JWT signing key $id": "added: ES256 standby, key $hash [opens]" },
  },
  {
    name: "a shared secret signs tokens",
    calls: [["POST", "/config/auth/signing-keys", { algorithm: "HS256", status: "in_use" }]],
    reports: { "JWT signing key $id": "added: HS256 in_use [opens]" },
  },
  {
    name: "another signing key becomes the current one",
    calls: [
      ["POST", "/config/auth/signing-keys", { algorithm: "EdDSA" }],
      ["PATCH", "/config/auth/signing-keys/$id", { status: "in_use" }],
    ],
    before: 1,
    reports: { "JWT signing key $id": "EdDSA standby, key $hash → EdDSA in_use, key $hash [opens]" },
  },
  {
    name: "a signing key is revoked, which ends all sessions with its tokens",
    calls: [
      ["POST", "/config/auth/signing-keys", { algorithm: "EdDSA" }],
      ["PATCH", "/config/auth/signing-keys/$id", { status: "revoked" }],
    ],
    before: 1,
    reports: { "JWT signing key $id": "EdDSA standby, key $hash → off [changes]" },
  },
  {
    name: "members may sign in to the database with their access token",
    calls: [
      ["PUT", "/ssl-enforcement", { requestedConfig: { database: true } }],
      ["PUT", "/jit-access", { state: "enabled" }],
    ],
    before: 1,
    reports: { "temporary database access": "off → on [opens]" },
  },
  {
    name: "a member may sign in to the database as postgres",
    calls: [
      [
        "PUT",
        "/database/jit",
        {
          user_id: member,
          roles: [
            {
              role: "postgres",
              expires_at: 1_798_761_600,
              allowed_networks: { allowed_cidrs: [{ cidr: "192.0.2.0/24" }] },
            },
          ],
        },
      ],
    ],
    reports: {
      "temporary database access of $id":
        "added: postgres until 2027-01-01T00:00:00.000Z from 192.0.2.0/24 [opens]",
    },
  },
  {
    name: "a member's temporary access is removed",
    calls: [
      ["PUT", "/database/jit", { user_id: member, roles: [{ role: "supabase_read_only_user" }] }],
      ["DELETE", `/database/jit/${member}`],
    ],
    before: 1,
    reports: { "temporary database access of $id": "removed: supabase_read_only_user [changes]" },
  },
  {
    name: "an SSO provider for a company's users is added (`supabase sso add`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
    ],
    before: 1,
    reports: {
      "SSO provider https://idp.example.org/saml": "added: domains example.org [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider gets another domain (`supabase sso update`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      ["PUT", "/config/auth/sso/providers/$id", { domains: ["example.org", "example.com"] }],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, example.com [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider's metadata URL changes",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      [
        "PUT",
        "/config/auth/sso/providers/$id",
        {
          metadata_xml: '<EntityDescriptor entityID="https://idp.example.org/saml"/>',
          metadata_url: "https://evil.example/saml",
        },
      ],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, metadata $hash [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider maps another attribute to the email address",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      [
        "PUT",
        "/config/auth/sso/providers/$id",
        { attribute_mapping: { keys: { email: { name: "nickname" } } } },
      ],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml":
        "domains example.org → domains example.org, attributes $hash [opens]",
      ...samlIsOn,
    },
  },
  {
    name: "an SSO provider is removed (`supabase sso remove`)",
    calls: [
      auth({ saml_enabled: true }),
      ["POST", "/config/auth/sso/providers", companyProvider(["example.org"])],
      ["DELETE", "/config/auth/sso/providers/$id"],
    ],
    before: 2,
    reports: {
      "SSO provider https://idp.example.org/saml": "removed: domains example.org [changes]",
      ...samlIsOn,
    },
  },
  {
    name: "a custom hostname is requested (`supabase domains create`)",
    calls: [["POST", "/custom-hostname/initialize", { custom_hostname: "db.example.org" }]],
    reports: { "custom hostname": "added: db.example.org [extra]" },
  },
  {
    name: "a preview branch is created (`supabase branches create`)",
    calls: [["POST", "/branches", { branch_name: "feature" }]],
    reports: { "branch feature": "added: preview [extra]" },
  },
  {
    name: "a vanity subdomain is activated (`supabase vanity-subdomains activate`)",
    calls: [["POST", "/vanity-subdomain/activate", { vanity_subdomain: "shop" }]],
    reports: { "vanity subdomain": "added: shop.supabase.co [extra]" },
  },
  {
    name: "the root key is replaced (`supabase encryption update-root-key`)",
    calls: [["PUT", "/pgsodium", { root_key: "ab".repeat(32) }]],
    reports: { "root key of pgsodium": "key $hash → key $hash [changes]" },
  },
  {
    name: "point-in-time recovery is added",
    calls: [["PATCH", "/billing/addons", { addon_type: "pitr", addon_variant: "pitr_7" }]],
    reports: { "add-on pitr": "added: pitr_7 [extra]" },
  },
];
