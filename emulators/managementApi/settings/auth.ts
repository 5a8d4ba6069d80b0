import { createHash } from "node:crypto";
import * as z from "zod";
import type { JsonObject, JsonValue } from "../../../foundation/json";
import { authKeys, type KeyKind, secretAuthKeys } from "./keys";

const kinds: Record<KeyKind, z.ZodType> = {
  text: z.string().nullable(),
  flag: z.boolean().nullable(),
  integer: z.number().int().nullable(),
  number: z.number().min(0).nullable(),
};

const between = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum).nullable();
const matching = (pattern: RegExp, words: string) => z.string().regex(pattern, words).nullable();
const short = between(0, 32_767);
const long = between(0, 2_147_483_647);
const perPeriod = between(1, 2_147_483_647);

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const symbols = "!@#$%^&*()_+-=[]{};'\\\\:\"|<>?,./`~";

/** The keys with restrictions beyond their type. */
const limits: Record<string, z.ZodType> = {
  site_url: matching(/^[^,]+$/, "must not have a comma"),
  saml_external_url: matching(/^[^,]+$/, "must not have a comma"),
  sessions_tags: matching(
    /^\s*([A-Za-z0-9_-]+(\s*,+\s*[A-Za-z0-9_-]+)*(\s*,+)?)?\s*$/,
    "must be names of letters, digits, _ and -, separated by commas",
  ),
  sms_test_otp: matching(
    /^(\d{1,15}=\d+(,\d{1,15}=\d+)*,?)?$/,
    "must be pairs of a phone number and a code, such as 15551234567=123456, separated by commas",
  ),
  jwt_exp: between(0, 604_800),
  db_max_pool_size_unit: z.enum(["connections", "percent"]).nullable(),
  password_min_length: between(6, 32_767),
  password_required_characters: z
    .enum([
      `${lower}${upper}:${digits}`,
      `${lower}:${upper}:${digits}`,
      `${lower}:${upper}:${digits}:${symbols}`,
      "",
    ])
    .nullable(),
  security_captcha_provider: z.enum(["hcaptcha", "turnstile"]).nullable(),
  security_refresh_token_reuse_interval: long,
  mfa_max_enrolled_factors: long,
  mfa_phone_max_frequency: short,
  mfa_phone_otp_length: short,
  mailer_otp_exp: z.number().int().min(0).max(2_147_483_647),
  mailer_otp_length: between(6, 10),
  smtp_admin_email: z.email().nullable(),
  smtp_max_frequency: short,
  sms_provider: z.enum(["messagebird", "textlocal", "twilio", "twilio_verify", "vonage"]).nullable(),
  sms_test_otp_valid_until: z.iso.datetime({ offset: true }).nullable(),
  sms_max_frequency: short,
  sms_otp_exp: long,
  sms_otp_length: z.number().int().min(0).max(32_767),
  passkey_enabled: z.boolean(),
  custom_oauth_enabled: z.boolean(),
  rate_limit_anonymous_users: perPeriod,
  rate_limit_email_sent: perPeriod,
  rate_limit_otp: perPeriod,
  rate_limit_sms_sent: perPeriod,
  rate_limit_token_refresh: perPeriod,
  rate_limit_verify: perPeriod,
  rate_limit_web3: perPeriod,
};

/** The body of `PATCH config/auth`: any subset of the keys, and no others. */
export const authConfigPatch = z
  .strictObject(
    Object.fromEntries(Object.entries(authKeys).map(([name, kind]) => [name, limits[name] ?? kinds[kind]])),
  )
  .partial();

/** The defaults of a new project. Every other key is null. */
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

/** Keys that the API returns but does not accept. */
const readOnly = [
  "custom_oauth_max_providers",
  "nimbus_oauth_email_optional",
  "saml_allow_encrypted_assertions",
];

/** Keys that are never null in a response: null resets them. */
const neverNull = [
  "custom_oauth_enabled custom_oauth_max_providers mailer_otp_exp mfa_phone_otp_length",
  "oauth_server_allow_dynamic_registration oauth_server_enabled passkey_enabled sms_otp_length",
].flatMap((line) => line.split(" "));

export function defaultAuthConfig(): JsonObject {
  const names = [...Object.keys(authKeys), ...readOnly].sort();
  return Object.fromEntries(names.map((name): [string, JsonValue] => [name, initial[name] ?? null]));
}

/** Returns a change as it is stored: secrets as digests. */
export function storedAuthChange(change: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(change).map(([name, value]): [string, JsonValue] => {
      if (value === null && neverNull.includes(name)) return [name, initial[name] ?? null];
      if (secretAuthKeys.has(name) && typeof value === "string" && value !== "") return [name, masked(value)];
      return [name, value];
    }),
  );
}

/** Returns a digest, which lets a client see that a secret changed without revealing it. */
function masked(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Returns the API's response, in which Apple's additional client ids are merged into its client id. */
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
