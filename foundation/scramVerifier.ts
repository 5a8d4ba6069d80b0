import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** PostgreSQL's default. */
const iterations = 4096;

/**
 * What PostgreSQL stores of a password and takes in its place, `SCRAM-SHA-256$…`, as psql's `\password` sends it. A statement
 * that sets a password stands in the server's log, in pg_stat_statements and in error messages; with the verifier the
 * password does not. The same password and role make the same verifier, so that nothing changes from run to run.
 * The password must be of printable ASCII: others would have to be normalised (SASLprep).
 */
export function scramVerifier(password: string, role: string): string {
  // As slow to guess from as the verifier itself.
  return verifierWithSalt(password, pbkdf2Sync(password, `salt of ${role}`, iterations, 16, "sha256"));
}

/** The verifier for one salt (RFC 5802, section 3). */
export function verifierWithSalt(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const keyed = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest("base64");
  const serverKey = keyed("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
