import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** PostgreSQL's default. */
const iterations = 4096;

/**
 * Returns the verifier that PostgreSQL stores for a password (`SCRAM-SHA-256$…`) and accepts instead of it, like psql's
 * `\password`. Statements that set a password appear in the server's log, in pg_stat_statements and in error messages; the
 * verifier does not reveal it. The same password and role give the same verifier, so repeated runs change nothing. The
 * password must be printable ASCII: others would need normalization (SASLprep).
 */
export function scramVerifier(password: string, role: string): string {
  // Guessing the password from this salt is as slow as from the verifier.
  return verifierWithSalt(password, pbkdf2Sync(password, `salt of ${role}`, iterations, 16, "sha256"));
}

/** Returns the verifier for a salt (RFC 5802, section 3). */
export function verifierWithSalt(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const keyed = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest("base64");
  const serverKey = keyed("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
