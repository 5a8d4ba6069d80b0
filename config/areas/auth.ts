import * as z from "zod";
import { checkedText, distinct, emailAddress, integer, matching, secret, webUrl } from "../fields";

const oauthProvider = (name: string) =>
  z
    .strictObject({
      clientId: matching(
        /^[\x21-\x2b\x2d-\x7e]{1,256}$/,
        "must be 1 to 256 printable characters without commas",
      ).meta({
        description: `Client id of the ${name} OAuth application.`,
        example: "1234567890.apps.example.com",
      }),
      clientSecret: secret(`Client secret of the ${name} OAuth application.`),
    })
    .optional()
    .meta({ description: `Sign-in with ${name}; disabled if omitted.` });

const redirectUrl = () =>
  checkedText((text) => {
    if (text.includes(",")) return "must not contain a comma";
    return /^[a-z][a-z0-9+.-]*:\/\/[^\s]+$/i.test(text)
      ? undefined
      : "must be a URL; * and ** match parts of it";
  });

const emailSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: "Sign-in with an email address and a password or magic link." }),
  confirmationRequired: z
    .boolean()
    .default(true)
    .meta({ description: "Whether new addresses must be confirmed." }),
  secureChange: z
    .boolean()
    .default(true)
    .meta({ description: "Whether a change must be confirmed at the old address, too." }),
  otpLength: integer(6, 10).default(6).meta({ description: "Digits of a one-time code." }),
  otpExpirySeconds: integer(60, 86_400).default(3600).meta({ description: "Lifetime of a link or code." }),
});

const phoneSchema = z.strictObject({
  otpLength: integer(6, 10).default(6).meta({ description: "Digits of a code sent by SMS." }),
  otpExpirySeconds: integer(30, 3600).default(60).meta({ description: "Lifetime of a code sent by SMS." }),
  twilio: z
    .strictObject({
      accountSid: matching(/^AC[0-9a-f]{32}$/, "must be AC and 32 lower-case hexadecimal digits").meta({
        description: "Twilio account.",
        example: "AC00000000000000000000000000000000",
      }),
      messageServiceSid: matching(/^MG[0-9a-f]{32}$/, "must be MG and 32 lower-case hexadecimal digits").meta(
        {
          description: "Twilio messaging service.",
          example: "MG00000000000000000000000000000000",
        },
      ),
      authToken: secret("Twilio auth token."),
    })
    .prefault({} as never),
});

const smtpSchema = z.strictObject({
  host: matching(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, "must be a host name").meta({
    description: "SMTP server.",
    example: "smtp.example.com",
  }),
  port: integer(1, 65_535).default(587).meta({ description: "Port of the SMTP server." }),
  user: matching(/^\S{1,256}$/, "must be 1 to 256 characters without spaces").meta({
    description: "SMTP user.",
    example: "apikey",
  }),
  password: secret("Password of the SMTP user."),
  senderEmail: emailAddress().meta({
    description: "Sender address of emails.",
    example: "no-reply@example.com",
  }),
  senderName: matching(/^[^\r\n]{1,100}$/, "must be one line of 1 to 100 characters")
    .default("Thorbis")
    .meta({ description: "Sender name of emails." }),
  minIntervalSeconds: integer(0, 32_767)
    .default(60)
    .meta({ description: "Minimum time between two emails to a user." }),
});

const passwordSchema = z.strictObject({
  minLength: integer(8, 72)
    .default(12)
    .meta({ description: "Minimum number of characters; bcrypt reads at most 72." }),
  requiredCharacters: z
    .enum(["none", "lettersDigits", "lowerUpperDigits", "lowerUpperDigitsSymbols"])
    .default("lowerUpperDigits")
    .meta({ description: "Classes of characters that a password must contain." }),
  refuseLeaked: z.boolean().default(true).meta({
    description: "Whether passwords from known leaks (HaveIBeenPwned) are refused. Needs the Pro plan.",
  }),
});

const rateLimitsSchema = z.strictObject({
  emailsPerHour: integer(1, 100_000)
    .optional()
    .meta({ description: "Emails per project; needs `auth.smtp`." }),
  smsPerHour: integer(1, 100_000).default(30).meta({ description: "SMS per project." }),
  anonymousUsersPerHour: integer(1, 100_000)
    .default(30)
    .meta({ description: "Anonymous sign-ins per address." }),
  signInsPer5Minutes: integer(1, 100_000)
    .default(30)
    .meta({ description: "Sign-ins and sign-ups per address." }),
  verificationsPer5Minutes: integer(1, 100_000).default(30).meta({ description: "Code checks per address." }),
  tokenRefreshesPer5Minutes: integer(1, 100_000).default(150).meta({ description: "Refreshes per address." }),
});

/** Sign-in and tokens. */
export const authSchema = z.strictObject({
  siteUrl: webUrl().meta({
    description: "URL to which users return after sign-in.",
    example: "https://app.example.com",
  }),
  redirectUrls: distinct(redirectUrl()).default([]).meta({
    description: "Additional URLs to which users may return.",
    example: "https://app.example.com/**",
  }),
  jwtExpirySeconds: integer(60, 604_800).default(3600).meta({ description: "Lifetime of an access token." }),
  signUpEnabled: z.boolean().default(true).meta({ description: "Whether new users may sign up themselves." }),
  anonymousSignInEnabled: z
    .boolean()
    .default(false)
    .meta({ description: "Whether users may sign in anonymously." }),
  accessTokenHookEnabled: z.boolean().default(true).meta({
    description:
      "Whether tokens carry the tenant (the bundle's custom access token hook). Without it no tenant sees a row.",
  }),
  email: emailSchema.prefault({}),
  phone: phoneSchema.optional().meta({ description: "Sign-in by SMS; disabled if omitted." }),
  providers: z
    .strictObject({ google: oauthProvider("Google"), github: oauthProvider("GitHub") })
    .prefault({}),
  mfa: z
    .strictObject({
      totpEnabled: z.boolean().default(true).meta({ description: "Second factor by authenticator app." }),
      phoneEnabled: z.boolean().default(false).meta({ description: "Second factor by SMS. A paid add-on." }),
      maxEnrolledFactors: integer(1, 30)
        .default(10)
        .meta({ description: "Maximum number of factors per user." }),
    })
    .prefault({}),
  password: passwordSchema.prefault({}),
  sessions: z
    .strictObject({
      timeboxHours: integer(1, 8760)
        .optional()
        .meta({ description: "Sessions end after this time. Pro plan." }),
      inactivityTimeoutHours: integer(1, 8760).optional().meta({
        description: "Sessions end after this time without use. Pro plan.",
      }),
      singlePerUser: z
        .boolean()
        .default(false)
        .meta({ description: "Whether a new session ends the previous one. Pro plan." }),
      refreshTokenReuseSeconds: integer(0, 300).default(10).meta({
        description: "How long a refresh token is still accepted after its first use.",
      }),
    })
    .prefault({}),
  rateLimits: rateLimitsSchema.prefault({}),
  smtp: smtpSchema.optional().meta({
    description: "Mail server of the project; without it, Supabase sends about two emails an hour.",
  }),
});
