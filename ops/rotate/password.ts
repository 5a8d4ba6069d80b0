import { randomInt } from "node:crypto";

/** These need no quoting in a URL, a shell or an .env file. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The length of a generated password: 40 out of 62 characters are 238 bits. */
export const passwordLength = 40;

/** Returns a random password of letters and digits. */
export function randomPassword(): string {
  return Array.from({ length: passwordLength }, () => alphabet[randomInt(alphabet.length)]).join("");
}
