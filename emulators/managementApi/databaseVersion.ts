import type { ProjectRecord } from "./state/record";

/** Build of the platform's image of PostgreSQL, where hosted has a running number. */
const build = "1.001";
/** What hosted creates today: answered while a project's database has never started. */
const newest = "17.6";

/** What the API says of a project's server, in the platform's form: `17.6.1.001`. */
export function shownVersion({ postgresVersion = newest }: ProjectRecord): {
  readonly version: string;
  readonly postgres_engine: string;
} {
  const [major = "", minor = "0"] = postgresVersion.split(".");
  return { version: `${major}.${minor}.${build}`, postgres_engine: major };
}
