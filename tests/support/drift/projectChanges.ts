import { auth, type ProjectChange, postgres, storage } from "./projectChange";
import { projectKeyChanges } from "./projectKeyChanges";
import { projectMemberChanges } from "./projectMemberChanges";
import { authRows, databaseRows } from "./settingRows";

/** Every row is applied to the emulator, reported by `ProjectWatch`, and printed in docs/drift.md. */
export const projectChanges: readonly ProjectChange[] = [
  ...authRows.map(([name, key, value, report]) => ({
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
  ...projectKeyChanges,
  ...projectMemberChanges,
];
