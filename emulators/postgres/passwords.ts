import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** The platform's login roles besides `postgres`, each with a known local password. */
export const platformLoginRoles = [
  "supabase_admin",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "supabase_realtime_admin",
  "supabase_read_only_user",
] as const;

/** Returns the local password of a login role: that of `postgres`, or one derived from it. */
export function localPassword(role: string, postgresPassword: string): string {
  if (role === "postgres") return postgresPassword;
  return createHmac("sha256", postgresPassword)
    .update(`thorbis local role ${role}`)
    .digest("hex")
    .slice(0, 32);
}

/**
 * Returns the verifier that PostgreSQL stores for a password under SCRAM-SHA-256 (RFC 5803). Statements contain it instead of
 * the password, so the password is never in a server log.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const key = (label: string): Buffer => createHmac("sha256", salted).update(label).digest();
  const storedKey = createHash("sha256").update(key("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${key("Server Key").toString("base64")}`;
}

/** Returns whether a stored verifier matches this password. */
export function isVerifierOf(password: string, stored: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(stored) ?? [];
  if (iterations === undefined || salt === undefined) return false;
  return scramVerifier(password, Buffer.from(salt, "base64"), Number(iterations)) === stored;
}
