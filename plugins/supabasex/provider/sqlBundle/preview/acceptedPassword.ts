import type { Connection } from "../inputs";
import { LoginRefused } from "../session/connection";

/**
 * Connects with the server's current password. If this deployment changes the password, the former one is valid until
 * the deployment. It is tried first, because hosted projects ban an address after a few refused logins.
 */
export async function withAcceptedPassword<T>(
  now: Connection,
  former: Connection | undefined,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  const passwordChanges =
    former !== undefined &&
    former.password !== now.password &&
    former.host === now.host &&
    former.port === now.port &&
    former.user === now.user;
  if (!passwordChanges) return await run(now);
  try {
    return await run({ ...now, password: former.password });
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    return await run(now);
  }
}
