import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { UserError } from "../foundation/userError";

/**
 * Pulumi's passphrase secrets, format v1: AES-256-GCM with a key derived from the passphrase and a salt. The salt line
 * of a stack file, `v1:<salt>:v1:<nonce>:<ciphertext>`, contains the encrypted word "pulumi", which verifies the
 * passphrase.
 */
export interface PassphraseCrypter {
  encrypt(text: string): string;
  decrypt(ciphertext: string): string;
}

const iterations = 1_000_000;
const tagBytes = 16;

/** Returns the crypter for a stack file's `encryptionsalt`. Throws a UserError if the passphrase is wrong. */
export function passphraseCrypter(passphrase: string, encryptionSalt: string): PassphraseCrypter {
  const [version, salt, ...probe] = encryptionSalt.split(":");
  if (version !== "v1" || salt === undefined)
    throw new UserError(
      "The encryptionsalt of the stack file is not of format v1: restore the line and try again.",
    );
  const crypter = crypterOf(pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), iterations, 32, "sha256"));
  let word: string | undefined;
  try {
    word = crypter.decrypt(probe.join(":"));
  } catch {
    // The same error as for a wrong word.
  }
  if (word !== "pulumi")
    throw new UserError(
      "The passphrase is not the one of this stack file: set PULUMI_CONFIG_PASSPHRASE (for local stacks it is fixed: restore the line encryptionsalt) and try again.",
    );
  return crypter;
}

/** Returns a new salt line for a passphrase. */
export function createEncryptionSalt(passphrase: string): string {
  const salt = randomBytes(8);
  const crypter = crypterOf(pbkdf2Sync(passphrase, salt, iterations, 32, "sha256"));
  return `v1:${salt.toString("base64")}:${crypter.encrypt("pulumi")}`;
}

function crypterOf(key: Buffer): PassphraseCrypter {
  return {
    encrypt(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
    },
    decrypt(ciphertext) {
      const [version, nonce = "", sealed = ""] = ciphertext.split(":");
      if (version !== "v1")
        throw new UserError("A secret of the stack file is not of format v1; set it again.");
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString(
        "utf8",
      );
    },
  };
}
