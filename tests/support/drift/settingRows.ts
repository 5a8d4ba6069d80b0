import type { JsonValue } from "../../../foundation/json";

type SettingRow = readonly [name: string, key: string, value: JsonValue, report: string];

/** Auth settings that the stack does not send: key, value, and what is reported. */
export const authRows: readonly SettingRow[] = [
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
  [
    "any client may claim another address, which bypasses rate limits",
    "security_sb_forwarded_for_enabled",
    true,
    "off → on [opens]",
  ],
  ["passkeys of another domain are accepted", "webauthn_rp_id", "evil.example", "off → evil.example [opens]"],
  ["another account verifies codes", "sms_twilio_verify_account_sid", "VA0", "off → VA0 [opens]"],
  [
    "another MessageBird account sends codes",
    "sms_messagebird_access_key",
    "live_key",
    "off → value $hash [opens]",
  ],
  [
    "Azure sign-ins use another tenant",
    "external_azure_url",
    "https://evil.example",
    "off → https://evil.example [opens]",
  ],
  [
    "GitLab sign-ins use another server",
    "external_gitlab_url",
    "https://evil.example",
    "off → https://evil.example [opens]",
  ],
  [
    "WorkOS sign-ins use another server",
    "external_workos_url",
    "https://evil.example",
    "off → https://evil.example [opens]",
  ],
  [
    "ID tokens of another Apple client are accepted",
    "external_apple_client_id",
    "example.evil.app",
    "off → example.evil.app [opens]",
  ],
  [
    "test codes are valid for years",
    "sms_test_otp_valid_until",
    "2099-01-01T00:00:00Z",
    "off → 2099-01-01T00:00:00Z [opens]",
  ],
  [
    "the text of messages with codes changes",
    "sms_template",
    "Send {{ .Code }} to evil.example",
    "off → Send {{ .Code }} to evil.example [changes]",
  ],
  ["users consent on another page", "oauth_server_authorization_path", "/evil", "off → /evil [changes]"],
  ["second factors by passkey may be enrolled", "mfa_web_authn_enroll_enabled", true, "off → on [changes]"],
];

/** Database settings that the stack does not send. */
export const databaseRows: readonly SettingRow[] = [
  ["a statement timeout is set", "statement_timeout", "1000", "off → 1000 [extra]"],
  ["triggers and foreign keys are bypassed", "session_replication_role", "replica", "off → replica [opens]"],
  ["lock waits are logged", "log_lock_waits", true, "off → on [extra]"],
  ["more WAL is kept for replication slots", "max_slot_wal_keep_size", "4096MB", "off → 4096MB [extra]"],
  ["the number of parallel workers is set", "max_parallel_workers", 2, "off → 2 [extra]"],
  ["times of commits are kept", "track_commit_timestamp", true, "off → on [extra]"],
  ["long queries on replicas delay cleanup", "hot_standby_feedback", true, "off → on [extra]"],
];
