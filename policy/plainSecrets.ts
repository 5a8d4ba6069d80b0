const secretName = /PASSWORD|SECRET|TOKEN|ACCESS_KEY|PRIVATE_KEY|API_KEY|SERVICE_ROLE/i;
/** Matches `postgresql://user:password@host`. */
const secretText = /^[a-z]+:\/\/[^/@:]+:[^/@]+@/i;
/** A name that refers to a secret. */
const referenceName = /_ARN$/i;

/** Returns whether an environment variable seems to contain a secret in plain text. */
export function holdsSecret(name: unknown, value: unknown): boolean {
  const variable = String(name);
  return (secretName.test(variable) && !referenceName.test(variable)) || secretText.test(String(value));
}
