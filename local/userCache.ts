import { homedir } from "node:os";
import path from "node:path";

/** Returns the folder `name` of the user's cache, which all checkouts share. It may not exist yet. */
export function userCache(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: cacheHome, HOME: home } = environment;
  // The XDG specification wants a relative path ignored.
  const base = cacheHome && path.isAbsolute(cacheHome) ? cacheHome : path.join(home || homedir(), ".cache");
  return path.join(base, "thorbis-supabase", name);
}
