import type { JsonValue } from "../../../foundation/json";

/** Further Auth settings that the stack does not send: key, value, and what is reported. */
export const furtherAuthRows: readonly (readonly [
  name: string,
  key: string,
  value: JsonValue,
  report: string,
])[] = [
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
