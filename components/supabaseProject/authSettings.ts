import * as pulumi from "@pulumi/pulumi";
import type { AuthArgs, AuthValues, RequiredCharacters } from "./authArgs";
import { type AuthSettings, oauthProviders } from "./authKeys";

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";

/** The API only accepts these four strings. In the last one, two backslashes escape the colon. */
const requiredCharacters: Readonly<Record<RequiredCharacters, string>> = {
  none: "",
  lettersDigits: `${lower}${upper}:${digits}`,
  lowerUpperDigits: `${lower}:${upper}:${digits}`,
  lowerUpperDigitsSymbols: `${lower}:${upper}:${digits}:!@#$%^&*()_+-=[]{};'\\\\:"|<>?,./\`~`,
};

/** Returns the settings of `authSettings` as an output. They are not secret, because the credentials are not part of them. */
export function authSettingsOf({ phone, providers, smtp, ...open }: AuthArgs): pulumi.Output<AuthSettings> {
  return pulumi.output(open).apply((values) => authSettings({ ...values, phone, providers, smtp }));
}

/**
 * Returns all settings of sign-in and tokens without secrets, so a preview shows them key by key. The rest is in
 * authCredentials, and in AccessTokenHook, which comes after the SQL. A way to sign in that the arguments do not name is
 * sent as off instead of being omitted: only then is it off, and enabling it is drift.
 */
export function authSettings(auth: AuthValues): AuthSettings {
  return {
    ...tokenSettings(auth),
    ...emailSettings(auth),
    ...unusedSignIns(auth),
    ...factorSettings(auth),
    ...passwordSettings(auth),
    ...sessionSettings(auth),
    ...rateLimitSettings(auth),
  };
}

function tokenSettings(auth: AuthValues): AuthSettings {
  return {
    site_url: auth.siteUrl,
    uri_allow_list: auth.redirectUrls.join(","),
    jwt_exp: auth.jwtExpirySeconds,
    disable_signup: !auth.signUpEnabled,
    external_anonymous_users_enabled: auth.anonymousSignInEnabled,
  };
}

function emailSettings({ email }: AuthValues): AuthSettings {
  return {
    external_email_enabled: email.enabled,
    mailer_autoconfirm: !email.confirmationRequired,
    mailer_secure_email_change_enabled: email.secureChange,
    mailer_otp_length: email.otpLength,
    mailer_otp_exp: email.otpExpirySeconds,
  };
}

/**
 * Returns the switches. What the arguments do not name is off. What they name is enabled together with its
 * credentials (authCredentials).
 */
function unusedSignIns({ phone, providers, smtp }: AuthValues): AuthSettings {
  const unused = oauthProviders.filter((name) => providers[name] === undefined);
  return {
    ...Object.fromEntries(unused.map((name) => [`external_${name}_enabled` as const, false])),
    external_web3_ethereum_enabled: false,
    external_web3_solana_enabled: false,
    ...(phone === undefined && { external_phone_enabled: false }),
    // No host means no mail server: the platform's own sends about two emails an hour.
    ...(smtp === undefined && { smtp_host: "" }),
  };
}

function factorSettings({ mfa }: AuthValues): AuthSettings {
  return {
    mfa_max_enrolled_factors: mfa.maxEnrolledFactors,
    mfa_totp_enroll_enabled: mfa.totpEnabled,
    mfa_totp_verify_enabled: mfa.totpEnabled,
    mfa_phone_enroll_enabled: mfa.phoneEnabled,
    mfa_phone_verify_enabled: mfa.phoneEnabled,
  };
}

function passwordSettings({ password }: AuthValues): AuthSettings {
  return {
    password_min_length: password.minLength,
    password_required_characters: requiredCharacters[password.requiredCharacters],
    password_hibp_enabled: password.refuseLeaked,
  };
}

/** Returns the session settings. 0 hours means no limit. */
function sessionSettings({ sessions }: AuthValues): AuthSettings {
  return {
    sessions_timebox: sessions.timeboxHours ?? 0,
    sessions_inactivity_timeout: sessions.inactivityTimeoutHours ?? 0,
    sessions_single_per_user: sessions.singlePerUser,
    refresh_token_rotation_enabled: true,
    security_refresh_token_reuse_interval: sessions.refreshTokenReuseSeconds,
  };
}

function rateLimitSettings({ rateLimits }: AuthValues): AuthSettings {
  return {
    rate_limit_sms_sent: rateLimits.smsPerHour,
    rate_limit_anonymous_users: rateLimits.anonymousUsersPerHour,
    rate_limit_otp: rateLimits.signInsPer5Minutes,
    rate_limit_verify: rateLimits.verificationsPer5Minutes,
    rate_limit_token_refresh: rateLimits.tokenRefreshesPer5Minutes,
  };
}
