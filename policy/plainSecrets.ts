const secretName = /PASSWORD|SECRET|TOKEN|ACCESS_KEY|PRIVATE_KEY|API_KEY|SERVICE_ROLE/i;
/** `postgresql://user:password@host`. */
const secretText = /^[a-z]+:\/\/[^/@:]+:[^/@]+@/i;
/** Says where a secret is. */
const referenceName = /_ARN$/i;

/** Whether a variable of an environment seems to hold a secret as text. */
export function holdsSecret(name: unknown, value: unknown): boolean {
  const variable = String(name);
  return (secretName.test(variable) && !referenceName.test(variable)) || secretText.test(String(value));
}
