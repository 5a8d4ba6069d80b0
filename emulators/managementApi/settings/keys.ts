// The settings of a project by name and type, shared by the API and the provider. Separate from the checks of their values, so
// that a provider that needs only the names loads no validator.

export type KeyKind = "text" | "flag" | "integer" | "number";

const words = (text: string) => text.trim().split(/\s+/);

export const oauthProviders =
  words(`apple azure bitbucket discord facebook figma github gitlab google kakao keycloak
  linkedin_oidc notion slack slack_oidc spotify twitch twitter workos x zoom`);
export const authHooks =
  words(`custom_access_token mfa_verification_attempt password_verification_attempt send_email
  send_sms before_user_created after_user_created`);
const mails = words("confirmation email_change invite magic_link reauthentication recovery");
const notices =
  words(`email_changed identity_linked identity_unlinked mfa_factor_enrolled mfa_factor_unenrolled
  password_changed phone_changed`);

const authByKind: Record<KeyKind, string[]> = {
  text: [
    ...words(`site_url uri_allow_list sessions_tags saml_external_url oauth_server_authorization_path
      nimbus_oauth_client_id nimbus_oauth_client_secret db_max_pool_size_unit password_required_characters
      security_captcha_provider security_captcha_secret mfa_phone_template
      webauthn_rp_display_name webauthn_rp_id webauthn_rp_origins
      smtp_admin_email smtp_host smtp_pass smtp_port smtp_sender_name smtp_user
      sms_provider sms_template sms_test_otp sms_test_otp_valid_until sms_messagebird_access_key
      sms_messagebird_originator sms_textlocal_api_key sms_textlocal_sender sms_twilio_account_sid
      sms_twilio_auth_token sms_twilio_content_sid sms_twilio_message_service_sid sms_twilio_verify_account_sid
      sms_twilio_verify_auth_token sms_twilio_verify_message_service_sid sms_vonage_api_key sms_vonage_api_secret
      sms_vonage_from external_azure_url external_gitlab_url external_keycloak_url external_workos_url
      external_apple_additional_client_ids external_google_additional_client_ids`),
    ...mails.flatMap((mail) => [`mailer_subjects_${mail}`, `mailer_templates_${mail}_content`]),
    ...notices.flatMap((notice) => [
      `mailer_subjects_${notice}_notification`,
      `mailer_templates_${notice}_notification_content`,
    ]),
    ...oauthProviders.flatMap((provider) => [
      `external_${provider}_client_id`,
      `external_${provider}_secret`,
    ]),
    ...authHooks.flatMap((hook) => [`hook_${hook}_uri`, `hook_${hook}_secrets`]),
  ],
  flag: [
    ...words(`disable_signup external_anonymous_users_enabled external_email_enabled external_phone_enabled
      external_web3_ethereum_enabled external_web3_solana_enabled external_google_skip_nonce_check
      saml_enabled oauth_server_enabled oauth_server_allow_dynamic_registration custom_oauth_enabled
      password_hibp_enabled sessions_single_per_user refresh_token_rotation_enabled security_captcha_enabled
      security_manual_linking_enabled security_sb_forwarded_for_enabled
      security_update_password_require_reauthentication mfa_phone_enroll_enabled mfa_phone_verify_enabled
      mfa_totp_enroll_enabled mfa_totp_verify_enabled mfa_web_authn_enroll_enabled mfa_web_authn_verify_enabled
      passkey_enabled mailer_allow_unverified_email_sign_ins mailer_autoconfirm mailer_secure_email_change_enabled
      sms_autoconfirm`),
    ...notices.map((notice) => `mailer_notifications_${notice}_enabled`),
    ...oauthProviders.map((provider) => `external_${provider}_enabled`),
    ...oauthProviders.filter((name) => name !== "workos").map((name) => `external_${name}_email_optional`),
    ...authHooks.map((hook) => `hook_${hook}_enabled`),
  ],
  integer: words(`jwt_exp api_max_request_duration db_max_pool_size password_min_length
    security_refresh_token_reuse_interval mfa_max_enrolled_factors mfa_phone_max_frequency mfa_phone_otp_length
    mailer_otp_exp mailer_otp_length smtp_max_frequency sms_max_frequency sms_otp_exp sms_otp_length
    rate_limit_anonymous_users rate_limit_email_sent rate_limit_otp rate_limit_sms_sent rate_limit_token_refresh
    rate_limit_verify rate_limit_web3`),
  number: words("sessions_timebox sessions_inactivity_timeout"),
};

function kindsOf(byKind: Record<KeyKind, string[]>): Record<string, KeyKind> {
  const kinds = Object.entries(byKind) as [KeyKind, string[]][];
  return Object.fromEntries(kinds.flatMap(([kind, names]) => names.map((name) => [name, kind])));
}

/** The 234 keys that `PATCH config/auth` accepts. */
export const authKeys: Readonly<Record<string, KeyKind>> = kindsOf(authByKind);

/** The keys whose stored value the API never returns. */
export const secretAuthKeys: ReadonlySet<string> = new Set([
  ...words(`smtp_pass sms_twilio_auth_token sms_twilio_verify_auth_token sms_messagebird_access_key
    sms_textlocal_api_key sms_vonage_api_secret security_captcha_secret`),
  ...oauthProviders.map((provider) => `external_${provider}_secret`),
  ...authHooks.filter((hook) => !hook.endsWith("_user_created")).map((hook) => `hook_${hook}_secrets`),
]);

/** The keys that `PUT config/database/postgres` accepts. */
export const postgresKeys: Readonly<Record<string, KeyKind>> = kindsOf({
  text: words(`checkpoint_timeout effective_cache_size logical_decoding_work_mem maintenance_work_mem
    max_slot_wal_keep_size max_standby_archive_delay max_standby_streaming_delay max_wal_size
    session_replication_role shared_buffers statement_timeout track_activity_query_size wal_keep_size
    wal_sender_timeout work_mem`),
  flag: words("hot_standby_feedback restart_database track_commit_timestamp"),
  integer:
    words(`max_connections max_locks_per_transaction max_parallel_maintenance_workers max_parallel_workers
    max_parallel_workers_per_gather max_replication_slots max_wal_senders max_worker_processes`),
  number: [],
});

/** The keys that `PATCH postgrest` accepts. */
export const postgrestKeys: Readonly<Record<string, KeyKind>> = {
  db_schema: "text",
  db_extra_search_path: "text",
  max_rows: "integer",
  db_pool: "integer",
};
