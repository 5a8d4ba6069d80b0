// Has no imports, because vitest's configuration loads it without a bundler.

/** The server on which a test run repeats the tests that depend on the version of PostgreSQL. */
export interface SecondServer {
  readonly major: number;
  /** The variables that select it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The variable that passes the second server to vitest's configuration, as JSON. */
export const secondServerVariable = "TEST_SECOND_SERVER";

/** Returns the second server of a test run; undefined when the run has only one. */
export function secondServer(environment: NodeJS.ProcessEnv = process.env): SecondServer | undefined {
  const text = environment[secondServerVariable];
  return text === undefined ? undefined : (JSON.parse(text) as SecondServer);
}
