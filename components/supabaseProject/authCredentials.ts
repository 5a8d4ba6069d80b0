import { textOf } from "../component";
import type { AuthArgs, OauthApplicationArgs } from "./authArgs";
import { type AuthCredentials, type OauthProvider, oauthProviders } from "./authKeys";

/**
 * Returns the services to which Auth signs in, each with its switch. The API refuses the switch without the
 * credentials, so both are in one request. Undefined if the arguments name none.
 */
export function authCredentials(auth: AuthArgs): AuthCredentials | undefined {
  const credentials: AuthCredentials = {
    ...oauthCredentials(auth),
    ...phoneCredentials(auth),
    ...smtpCredentials(auth),
  };
  return Object.keys(credentials).length === 0 ? undefined : credentials;
}

function oauthCredentials({ providers }: AuthArgs): AuthCredentials {
  let credentials: AuthCredentials = {};
  for (const name of oauthProviders) {
    const application = providers[name];
    if (application !== undefined) credentials = { ...credentials, ...oauthApplication(name, application) };
  }
  return credentials;
}

function oauthApplication(
  name: OauthProvider,
  { clientId, clientSecret }: OauthApplicationArgs,
): AuthCredentials {
  return {
    [`external_${name}_enabled` as const]: true,
    [`external_${name}_client_id` as const]: clientId,
    [`external_${name}_secret` as const]: clientSecret,
  };
}

function phoneCredentials({ phone }: AuthArgs): AuthCredentials {
  if (phone === undefined) return {};
  return {
    external_phone_enabled: true,
    sms_autoconfirm: false,
    sms_otp_length: phone.otpLength,
    sms_otp_exp: phone.otpExpirySeconds,
    sms_provider: "twilio",
    sms_twilio_account_sid: phone.twilio.accountSid,
    sms_twilio_message_service_sid: phone.twilio.messageServiceSid,
    sms_twilio_auth_token: phone.twilio.authToken,
  };
}

function smtpCredentials({ smtp, rateLimits }: AuthArgs): AuthCredentials {
  if (smtp === undefined) return {};
  return {
    smtp_host: smtp.host,
    // The only port that the API expects as a string.
    smtp_port: textOf(smtp.port),
    smtp_user: smtp.user,
    smtp_pass: smtp.password,
    smtp_admin_email: smtp.senderEmail,
    smtp_sender_name: smtp.senderName,
    smtp_max_frequency: smtp.minIntervalSeconds,
    // The API refuses a custom limit for a project without its own mail server.
    rate_limit_email_sent: rateLimits.emailsPerHour,
  };
}
