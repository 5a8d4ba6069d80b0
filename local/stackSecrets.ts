import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { UserError } from "../foundation/userError";

/**
 * Opens the secrets of a stack file that a passphrase protects, as the CLI does (scheme `v1`: AES-256-GCM, the key by
 * PBKDF2 with SHA-256 and a million rounds). It lets `npm start` check a configuration before there is a CLI.
 * @throws UserError naming the key whose secret was made with another passphrase or salt.
 */
export function openSecrets(
  ciphertexts: Readonly<Record<string, string>>,
  encryptionSalt: string | undefined,
  passphrase: string,
): Record<string, string> {
  const [version, salt] = encryptionSalt?.split(":") ?? [];
  if (version !== "v1" || salt === undefined) {
    throw new UserError(
      "The encryptionsalt of Pulumi.local.yaml is not of the form v1:…; restore the file from version control.",
    );
  }
  const key = pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
  return Object.fromEntries(
    Object.entries(ciphertexts).map(([name, ciphertext]) => [name, open(name, ciphertext, key)]),
  );
}

function open(name: string, ciphertext: string, key: Buffer): string {
  const [version, nonce, sealed] = ciphertext.split(":");
  try {
    if (version !== "v1" || nonce === undefined || sealed === undefined) throw new Error("another scheme");
    const bytes = Buffer.from(sealed, "base64");
    const tagStart = bytes.length - 16;
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(tagStart));
    return Buffer.concat([decipher.update(bytes.subarray(0, tagStart)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new UserError(
      `The secret ${name} in Pulumi.local.yaml was not made with the local passphrase: set it again with \`npm run pulumi -- config set -s local --secret ${name}\`.`,
      1,
      { cause },
    );
  }
}
