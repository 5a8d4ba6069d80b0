import type * as pulumi from "@pulumi/pulumi";
import type { OauthProvider } from "./authKeys";

/** An OAuth application through which users sign in. */
export interface OauthApplicationArgs {
  readonly clientId: pulumi.Input<string>;
  /** Always a secret. */
  readonly clientSecret: pulumi.Input<string>;
}

/** Sign-in with codes that Twilio sends by SMS. */
export interface PhoneArgs {
  /** Digits of a code. */
  readonly otpLength: pulumi.Input<number>;
  readonly otpExpirySeconds: pulumi.Input<number>;
  readonly twilio: {
    readonly accountSid: pulumi.Input<string>;
    readonly messageServiceSid: pulumi.Input<string>;
    /** Always a secret. */
    readonly authToken: pulumi.Input<string>;
  };
}

/** The mail server of the project. */
export interface SmtpArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly user: pulumi.Input<string>;
  /** Always a secret. */
  readonly password: pulumi.Input<string>;
  readonly senderEmail: pulumi.Input<string>;
  readonly senderName: pulumi.Input<string>;
  /** The minimum time between two emails to a user. */
  readonly minIntervalSeconds: pulumi.Input<number>;
}

/** Sign-in and tokens. A way to sign in that is omitted is disabled. */
export interface AuthArgs {
  /** URL to which users return after signing in. */
  readonly siteUrl: pulumi.Input<string>;
  /** Other URLs to which users may return. `*` and `**` match parts of a URL. */
  readonly redirectUrls: pulumi.Input<pulumi.Input<string>[]>;
  /** Lifetime of an access token. */
  readonly jwtExpirySeconds: pulumi.Input<number>;
  readonly signUpEnabled: pulumi.Input<boolean>;
  readonly anonymousSignInEnabled: pulumi.Input<boolean>;
  readonly email: {
    /** Sign-in with an email address and a password or a link. */
    readonly enabled: pulumi.Input<boolean>;
    /** Whether a new address must be confirmed. */
    readonly confirmationRequired: pulumi.Input<boolean>;
    /** Whether a change of address must be confirmed at the old address too. */
    readonly secureChange: pulumi.Input<boolean>;
    /** Digits of a code. */
    readonly otpLength: pulumi.Input<number>;
    readonly otpExpirySeconds: pulumi.Input<number>;
  };
  readonly phone?: PhoneArgs | undefined;
  /** OAuth applications by provider. */
  readonly providers: { readonly [Name in OauthProvider]?: OauthApplicationArgs | undefined };
  /** Second factors. */
  readonly mfa: {
    readonly totpEnabled: pulumi.Input<boolean>;
    readonly phoneEnabled: pulumi.Input<boolean>;
    /** The maximum number of factors of one user. */
    readonly maxEnrolledFactors: pulumi.Input<number>;
  };
  readonly password: {
    readonly minLength: pulumi.Input<number>;
    /** Classes of characters that a password must contain. */
    readonly requiredCharacters: pulumi.Input<RequiredCharacters>;
    /** Whether passwords that appear in known leaks are refused. */
    readonly refuseLeaked: pulumi.Input<boolean>;
  };
  readonly sessions: {
    /** The maximum age of a session. Default: no limit. */
    readonly timeboxHours?: pulumi.Input<number> | undefined;
    /** The maximum time without use. Default: no limit. */
    readonly inactivityTimeoutHours?: pulumi.Input<number> | undefined;
    /** Whether a new session ends the previous one. */
    readonly singlePerUser: pulumi.Input<boolean>;
    /** How long a refresh token that was already used is still accepted. */
    readonly refreshTokenReuseSeconds: pulumi.Input<number>;
  };
  readonly rateLimits: {
    /** Per project; needs `smtp`. Default: the platform's. */
    readonly emailsPerHour?: pulumi.Input<number> | undefined;
    /** Per project. */
    readonly smsPerHour: pulumi.Input<number>;
    /** The following limits are per IP address. */
    readonly anonymousUsersPerHour: pulumi.Input<number>;
    readonly signInsPer5Minutes: pulumi.Input<number>;
    readonly verificationsPer5Minutes: pulumi.Input<number>;
    readonly tokenRefreshesPer5Minutes: pulumi.Input<number>;
  };
  /** Default: the platform's mail server, which sends about two emails an hour. */
  readonly smtp?: SmtpArgs | undefined;
}

export type RequiredCharacters = "none" | "lettersDigits" | "lowerUpperDigits" | "lowerUpperDigitsSymbols";

/** The parts with credentials, which are sent separately (authCredentials). Whether they exist is known before any deployment. */
type CredentialParts = Pick<AuthArgs, "phone" | "providers" | "smtp">;

/** The arguments once all outputs are known, except for the credentials. */
export type AuthValues = pulumi.Unwrap<Omit<AuthArgs, keyof CredentialParts>> & CredentialParts;
