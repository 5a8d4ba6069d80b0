import { homedir } from "node:os";
import path from "node:path";

/** Returns the path of `name` in the user's cache, which all checkouts share. It may not exist yet. */
export function userCache(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: cacheHome, HOME: home } = environment;
  // The XDG specification says to ignore a relative path.
  const base = cacheHome && path.isAbsolute(cacheHome) ? cacheHome : path.join(home || homedir(), ".cache");
  return path.join(base, "thorbis-supabase", name);
}
