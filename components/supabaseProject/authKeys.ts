import type * as pulumi from "@pulumi/pulumi";

/** OAuth providers that Auth supports. */
export const oauthProviders = [
  "apple",
  "azure",
  "bitbucket",
  "discord",
  "facebook",
  "figma",
  "github",
  "gitlab",
  "google",
  "kakao",
  "keycloak",
  "linkedin_oidc",
  "notion",
  "slack",
  "slack_oidc",
  "spotify",
  "twitch",
  "twitter",
  "workos",
  "x",
  "zoom",
] as const;
export type OauthProvider = (typeof oauthProviders)[number];

type Flag =
  | "disable_signup"
  | "external_anonymous_users_enabled"
  | "external_email_enabled"
  | "external_phone_enabled"
  | "external_web3_ethereum_enabled"
  | "external_web3_solana_enabled"
  | `external_${OauthProvider}_enabled`
  | "hook_custom_access_token_enabled"
  | "mailer_autoconfirm"
  | "mailer_secure_email_change_enabled"
  | `mfa_${"totp" | "phone"}_${"enroll" | "verify"}_enabled`
  | "password_hibp_enabled"
  | "refresh_token_rotation_enabled"
  | "sessions_single_per_user"
  | "sms_autoconfirm";

type Integer =
  | "jwt_exp"
  | "mailer_otp_exp"
  | "mailer_otp_length"
  | "mfa_max_enrolled_factors"
  | "password_min_length"
  | `rate_limit_${"anonymous_users" | "email_sent" | "otp" | "sms_sent" | "token_refresh" | "verify"}`
  | "security_refresh_token_reuse_interval"
  | "sessions_inactivity_timeout"
  | "sessions_timebox"
  | "smtp_max_frequency"
  | "sms_otp_exp"
  | "sms_otp_length";

type Text =
  | `external_${OauthProvider}_client_id`
  | "hook_custom_access_token_uri"
  | "password_required_characters"
  | "site_url"
  | "smtp_admin_email"
  | "smtp_host"
  | "smtp_port"
  | "smtp_sender_name"
  | "smtp_user"
  | "sms_provider"
  | "sms_twilio_account_sid"
  | "sms_twilio_message_service_sid"
  | "uri_allow_list";

type Secret = `external_${OauthProvider}_secret` | "smtp_pass" | "sms_twilio_auth_token";

/**
 * The keys of `PATCH config/auth` that this stack sets, with the types that the API expects. The provider silently
 * drops an unknown key and keeps it in the state, where it looks applied. Here it is a compile error.
 */
export type AuthSettings = {
  readonly [Key in Flag]?: boolean;
} & { readonly [Key in Integer]?: number | undefined } & { readonly [Key in Text]?: string };

/** The same keys with values that a deployment may not know yet, and the secret keys. */
export type AuthCredentials = { readonly [Key in keyof AuthSettings]?: pulumi.Input<AuthSettings[Key]> } & {
  readonly [Key in Secret]?: pulumi.Input<string>;
};

/** Returns whether a key of Auth holds a secret, of which the API shows a hash. */
export function isSecretKey(name: string): boolean {
  return /^external_.*_secret$|^smtp_pass$|^sms_twilio_auth_token$/.test(name);
}
