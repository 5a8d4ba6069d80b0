import { UserError } from "../../../foundation/userError";

/** The major versions that the local stack supports, oldest first. Hosted Supabase creates projects on the newest. */
export const supportedMajors = [15, 16, 17] as const;

export const oldestMajor = supportedMajors[0];
export const newestMajor = supportedMajors[supportedMajors.length - 1] ?? oldestMajor;

export function isSupported(major: number): boolean {
  return (supportedMajors as readonly number[]).includes(major);
}

/**
 * Returns the major version in the option `--postgresql`.
 * @throws UserError if it is not supported.
 */
export function parseMajor(text: string): number {
  const major = Number(text);
  if (/^\d+$/.test(text) && isSupported(major)) return major;
  throw new UserError(
    `--postgresql is ${JSON.stringify(text)}, which the local stack does not support: give ${supportedMajors.slice(0, -1).join(", ")} or ${newestMajor}.`,
  );
}
