import type { PostgresInstallation, Progress } from "../../emulators/postgres";
import { newestMajor, oldestMajor } from "../../emulators/postgres/installation/majors";
import { postgresqlBinVariable } from "../../foundation/postgresqlPrograms";
import { UserError } from "../../foundation/userError";
import { type SecondServer, secondServerVariable } from "../secondServer.mts";

/** The PostgreSQL servers that a test run uses. */
export interface TestDatabases {
  /** Runs every test that needs a database. */
  readonly first: PostgresInstallation;
  /** Repeats the tests that depend on the server's version. */
  readonly second?: PostgresInstallation;
}

export interface TestDatabaseOptions {
  /** Returns an installation of this major version, or the best one without a version; rejects where there is none. */
  readonly provide: (major?: number) => Promise<PostgresInstallation>;
  /** Run on this version alone. */
  readonly major?: number;
  readonly say: Progress;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Chooses the servers: only the requested version or the one in POSTGRESQL_BIN, if given. Default: the newest supported
 * version, which hosted projects have, and the oldest. Prints which versions are not available on this machine.
 * @throws UserError when there is no server at all.
 */
export async function chooseTestDatabases(options: TestDatabaseOptions): Promise<TestDatabases> {
  const { provide, major, say, environment = process.env } = options;
  if (major !== undefined) return { first: await provide(major) };
  if ((environment[postgresqlBinVariable] ?? "") !== "") return { first: await provide() };
  const available: PostgresInstallation[] = [];
  for (const wanted of [newestMajor, oldestMajor]) {
    try {
      available.push(await provide(wanted));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(`The tests do not run on PostgreSQL ${wanted}. ${error.message}`);
    }
  }
  const [first, second] = available;
  if (first === undefined) return { first: await provide() };
  return second === undefined ? { first } : { first, second };
}

/** Returns the variables that pass the servers to vitest's configuration. */
export function variablesFor({ first, second }: TestDatabases): Record<string, string> {
  const variables = (server: PostgresInstallation) => ({ [postgresqlBinVariable]: server.binDirectory });
  if (second === undefined) return variables(first);
  const described: SecondServer = { major: second.major, env: variables(second) };
  return { ...variables(first), [secondServerVariable]: JSON.stringify(described) };
}

/** Returns a sentence that names the versions of a run. */
export function describeDatabases({ first, second }: TestDatabases): string {
  return second === undefined
    ? `The database and engine tests run on PostgreSQL ${first.version}.`
    : `The database and engine tests run on PostgreSQL ${first.version}, and those that depend on the version also on ${second.version}.`;
}

/** Returns whether vitest's arguments can select a test that needs a database. */
export function needDatabases(args: readonly string[]): boolean {
  const projects = args.flatMap((argument, at) =>
    argument === "--project"
      ? [args[at + 1] ?? ""]
      : argument.startsWith("--project=")
        ? [argument.slice(10)]
        : [],
  );
  if (projects.length > 0 && projects.every((name) => name === "unit")) return false;
  const files = args.filter((argument) => /\.test\.ts\b/.test(argument));
  return files.length === 0 || !files.every((file) => file.includes(".unit.test.ts"));
}
