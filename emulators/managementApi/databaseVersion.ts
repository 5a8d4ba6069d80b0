import type { ProjectRecord } from "./state/record";

/** Build number of the platform's PostgreSQL image. Fixed here; a running number on hosted. */
const build = "1.001";
/** What hosted creates today. Returned until a project's database has started once. */
const newest = "17.6";

/** Returns the version of a project's server in the platform's form: `17.6.1.001`. */
export function shownVersion({ postgresVersion = newest }: ProjectRecord): {
  readonly version: string;
  readonly postgres_engine: string;
} {
  const [major = "", minor = "0"] = postgresVersion.split(".");
  return { version: `${major}.${minor}.${build}`, postgres_engine: major };
}
