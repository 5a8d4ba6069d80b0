import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** The platform's login roles beside `postgres`, each of which has a known local password. */
export const platformLoginRoles = [
  "supabase_admin",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "supabase_realtime_admin",
  "supabase_read_only_user",
] as const;

/** The local password of a login role: that of `postgres` itself, or one derived from it. */
export function localPassword(role: string, postgresPassword: string): string {
  if (role === "postgres") return postgresPassword;
  return createHmac("sha256", postgresPassword)
    .update(`thorbis local role ${role}`)
    .digest("hex")
    .slice(0, 32);
}

/**
 * What PostgreSQL stores for a password under SCRAM-SHA-256 (RFC 5803). Sent instead of the password, so that no
 * statement text, and therefore no server log, ever holds the password itself.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const key = (label: string): Buffer => createHmac("sha256", salted).update(label).digest();
  const storedKey = createHash("sha256").update(key("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${key("Server Key").toString("base64")}`;
}

/** Whether what PostgreSQL stores is the verifier of this password. */
export function isVerifierOf(password: string, stored: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(stored) ?? [];
  if (iterations === undefined || salt === undefined) return false;
  return scramVerifier(password, Buffer.from(salt, "base64"), Number(iterations)) === stored;
}
