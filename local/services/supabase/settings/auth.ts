import { createHash } from "node:crypto";
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../../../foundation/json";

const text = z.string().nullable();
const flag = z.boolean().nullable();
const integer = z.number().int().nullable();
const between = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum).nullable();
const perPeriod = between(1, 2_147_483_647);

/** The same kind of value for many keys. */
function keys<Kind extends z.ZodType>(kind: Kind, names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

const oauthProviders = [
  "apple azure bitbucket discord facebook figma github gitlab google kakao keycloak linkedin_oidc notion",
  "slack slack_oidc spotify twitch twitter workos x zoom",
].flatMap((line) => line.split(" "));
const hooks = [
  "custom_access_token mfa_verification_attempt password_verification_attempt send_email send_sms",
  "before_user_created after_user_created",
].flatMap((line) => line.split(" "));
const mails = ["confirmation", "email_change", "invite", "magic_link", "reauthentication", "recovery"];
const notifications = [
  "email_changed identity_linked identity_unlinked mfa_factor_enrolled mfa_factor_unenrolled",
  "password_changed phone_changed",
].flatMap((line) => line.split(" "));

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const symbols = "!@#$%^&*()_+-=[]{};'\\\\:\"|<>?,./`~";

/** Every key that `PATCH config/auth` takes. */
const writable: Record<string, z.ZodType> = {
  // Sign-in in general
  site_url: z
    .string()
    .regex(/^[^,]+$/, "must not have a comma")
    .nullable(),
  ...keys(text, ["uri_allow_list", "sessions_tags", "saml_external_url", "oauth_server_authorization_path"]),
  ...keys(flag, ["disable_signup", "external_anonymous_users_enabled", "external_email_enabled"]),
  ...keys(flag, ["external_phone_enabled", "external_web3_ethereum_enabled", "external_web3_solana_enabled"]),
  ...keys(flag, ["saml_enabled", "oauth_server_enabled", "oauth_server_allow_dynamic_registration"]),
  custom_oauth_enabled: z.boolean(),
  ...keys(text, ["nimbus_oauth_client_id", "nimbus_oauth_client_secret"]),
  jwt_exp: between(0, 604_800),
  ...keys(integer, ["api_max_request_duration", "db_max_pool_size"]),
  db_max_pool_size_unit: z.enum(["connections", "percent"]).nullable(),

  // Passwords, sessions, tokens
  password_min_length: between(6, 32_767),
  password_required_characters: z
    .enum([
      `${lower}${upper}:${digits}`,
      `${lower}:${upper}:${digits}`,
      `${lower}:${upper}:${digits}:${symbols}`,
      "",
    ])
    .nullable(),
  ...keys(flag, ["password_hibp_enabled", "sessions_single_per_user", "refresh_token_rotation_enabled"]),
  ...keys(z.number().min(0).nullable(), ["sessions_timebox", "sessions_inactivity_timeout"]),
  security_refresh_token_reuse_interval: between(0, 2_147_483_647),
  ...keys(flag, ["security_captcha_enabled", "security_manual_linking_enabled"]),
  ...keys(flag, ["security_sb_forwarded_for_enabled", "security_update_password_require_reauthentication"]),
  security_captcha_provider: z.enum(["hcaptcha", "turnstile"]).nullable(),
  security_captcha_secret: text,

  // Several factors, passkeys
  mfa_max_enrolled_factors: between(0, 2_147_483_647),
  ...keys(flag, ["mfa_phone_enroll_enabled", "mfa_phone_verify_enabled", "mfa_totp_enroll_enabled"]),
  ...keys(flag, ["mfa_totp_verify_enabled", "mfa_web_authn_enroll_enabled", "mfa_web_authn_verify_enabled"]),
  mfa_phone_max_frequency: between(0, 32_767),
  mfa_phone_otp_length: between(0, 32_767),
  mfa_phone_template: text,
  passkey_enabled: z.boolean(),
  ...keys(text, ["webauthn_rp_display_name", "webauthn_rp_id", "webauthn_rp_origins"]),

  // Mail
  ...keys(flag, ["mailer_allow_unverified_email_sign_ins", "mailer_autoconfirm"]),
  mailer_secure_email_change_enabled: flag,
  mailer_otp_exp: z.number().int().min(0),
  mailer_otp_length: between(6, 10),
  ...keys(
    text,
    mails.flatMap((mail) => [`mailer_subjects_${mail}`, `mailer_templates_${mail}_content`]),
  ),
  ...keys(
    text,
    notifications.flatMap((notice) => [
      `mailer_subjects_${notice}_notification`,
      `mailer_templates_${notice}_notification_content`,
    ]),
  ),
  ...keys(
    flag,
    notifications.map((notice) => `mailer_notifications_${notice}_enabled`),
  ),
  smtp_admin_email: z.union([z.email(), z.literal("")]).nullable(),
  ...keys(text, ["smtp_host", "smtp_pass", "smtp_port", "smtp_sender_name", "smtp_user"]),
  smtp_max_frequency: between(0, 32_767),

  // Text messages
  sms_autoconfirm: flag,
  sms_max_frequency: between(0, 32_767),
  sms_otp_exp: between(0, 2_147_483_647),
  sms_otp_length: z.number().int().min(0).max(32_767),
  sms_provider: z.enum(["messagebird", "textlocal", "twilio", "twilio_verify", "vonage"]).nullable(),
  ...keys(text, ["sms_template", "sms_test_otp", "sms_messagebird_access_key", "sms_messagebird_originator"]),
  sms_test_otp_valid_until: z.iso.datetime({ offset: true }).nullable(),
  ...keys(text, ["sms_textlocal_api_key", "sms_textlocal_sender", "sms_twilio_account_sid"]),
  ...keys(text, ["sms_twilio_auth_token", "sms_twilio_content_sid", "sms_twilio_message_service_sid"]),
  ...keys(text, ["sms_twilio_verify_account_sid", "sms_twilio_verify_auth_token"]),
  ...keys(text, ["sms_twilio_verify_message_service_sid", "sms_vonage_api_key", "sms_vonage_api_secret"]),
  sms_vonage_from: text,

  // Other sign-in providers, and hooks
  ...keys(
    flag,
    oauthProviders.flatMap((provider) =>
      provider === "workos"
        ? ["external_workos_enabled"]
        : [`external_${provider}_enabled`, `external_${provider}_email_optional`],
    ),
  ),
  ...keys(
    text,
    oauthProviders.flatMap((provider) => [`external_${provider}_client_id`, `external_${provider}_secret`]),
  ),
  ...keys(text, [
    "external_azure_url",
    "external_gitlab_url",
    "external_keycloak_url",
    "external_workos_url",
  ]),
  ...keys(text, ["external_apple_additional_client_ids", "external_google_additional_client_ids"]),
  external_google_skip_nonce_check: flag,
  ...keys(
    flag,
    hooks.map((hook) => `hook_${hook}_enabled`),
  ),
  ...keys(
    text,
    hooks.flatMap((hook) => [`hook_${hook}_uri`, `hook_${hook}_secrets`]),
  ),

  // Rate limits
  ...keys(perPeriod, ["rate_limit_anonymous_users", "rate_limit_email_sent", "rate_limit_otp"]),
  ...keys(perPeriod, ["rate_limit_sms_sent", "rate_limit_token_refresh", "rate_limit_verify"]),
  rate_limit_web3: perPeriod,
};

export const writableAuthKeys: readonly string[] = Object.keys(writable);

/** The body of `PATCH config/auth`: any part of the keys, and no other. */
export const authConfigPatch = z.strictObject(writable).partial();

/**
 * The keys whose stored value the API never shows. It answers a digest instead: the same for the same secret, so a
 * client can see that it changed, not what it is.
 */
export const secretAuthKeys: ReadonlySet<string> = new Set([
  "smtp_pass",
  "sms_twilio_auth_token",
  "sms_twilio_verify_auth_token",
  "sms_messagebird_access_key",
  "sms_textlocal_api_key",
  "sms_vonage_api_secret",
  "security_captcha_secret",
  ...oauthProviders.map((provider) => `external_${provider}_secret`),
  ...hooks.filter((hook) => !hook.endsWith("_user_created")).map((hook) => `hook_${hook}_secrets`),
]);

/** What a project has before anything was set; every other key is null. */
const initial: JsonObject = {
  site_url: "http://localhost:3000",
  uri_allow_list: "",
  disable_signup: false,
  jwt_exp: 3600,
  external_email_enabled: true,
  external_phone_enabled: false,
  external_anonymous_users_enabled: false,
  mailer_autoconfirm: false,
  mailer_secure_email_change_enabled: true,
  mailer_otp_exp: 3600,
  mailer_otp_length: 6,
  smtp_max_frequency: 60,
  sms_autoconfirm: false,
  sms_max_frequency: 60,
  sms_otp_exp: 60,
  sms_otp_length: 6,
  mfa_max_enrolled_factors: 10,
  mfa_totp_enroll_enabled: true,
  mfa_totp_verify_enabled: true,
  mfa_phone_enroll_enabled: false,
  mfa_phone_verify_enabled: false,
  mfa_phone_otp_length: 6,
  passkey_enabled: false,
  password_min_length: 6,
  password_hibp_enabled: false,
  refresh_token_rotation_enabled: true,
  security_refresh_token_reuse_interval: 10,
  security_captcha_enabled: false,
  security_manual_linking_enabled: false,
  security_update_password_require_reauthentication: false,
  sessions_timebox: 0,
  sessions_inactivity_timeout: 0,
  sessions_single_per_user: false,
  saml_enabled: false,
  oauth_server_enabled: false,
  oauth_server_allow_dynamic_registration: false,
  custom_oauth_enabled: false,
  custom_oauth_max_providers: 3,
  rate_limit_anonymous_users: 30,
  rate_limit_email_sent: 2,
  rate_limit_otp: 30,
  rate_limit_sms_sent: 30,
  rate_limit_token_refresh: 150,
  rate_limit_verify: 30,
  rate_limit_web3: 30,
};

/** Keys that the API answers but does not take. */
const readOnly = [
  "custom_oauth_max_providers",
  "nimbus_oauth_email_optional",
  "saml_allow_encrypted_assertions",
];

/** Keys that are never null in an answer: null resets them. */
const neverNull = [
  "custom_oauth_enabled custom_oauth_max_providers mailer_otp_exp mfa_phone_otp_length",
  "oauth_server_allow_dynamic_registration oauth_server_enabled passkey_enabled sms_otp_length",
].flatMap((line) => line.split(" "));

export function defaultAuthConfig(): JsonObject {
  const names = [...writableAuthKeys, ...readOnly].sort();
  return Object.fromEntries(names.map((name): [string, JsonValue] => [name, initial[name] ?? null]));
}

/** The stored form of a change: secrets as digests, and an empty sender address as none. */
export function storedAuthChange(change: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(change).map(([name, value]): [string, JsonValue] => {
      if (value === null && neverNull.includes(name)) return [name, initial[name] ?? null];
      if (name === "smtp_admin_email" && value === "") return [name, null];
      if (secretAuthKeys.has(name) && typeof value === "string" && value !== "") return [name, masked(value)];
      return [name, value];
    }),
  );
}

function masked(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** What the API answers: Apple's additional client ids are folded into its client id. */
export function shownAuthConfig(stored: JsonObject): JsonObject {
  const additional = stored.external_apple_additional_client_ids;
  if (typeof additional !== "string" || additional === "") return stored;
  const own = stored.external_apple_client_id;
  return {
    ...stored,
    external_apple_client_id: typeof own === "string" && own !== "" ? `${own},${additional}` : additional,
    external_apple_additional_client_ids: null,
  };
}
