import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { secondServer } from "./local/secondServer.mts";
import { LongestFirst } from "./tests/support/longestFirst.mts";
import { longDatabaseTests, longEngineTests, omittedOf } from "./tests/support/longTests.mts";
import { databaseOnBoth, engineOnBoth, onSecondServerVariable } from "./tests/support/secondServer.mts";

const common = {
  // Not threads: Node 20 sometimes crashes if a worker thread ends while one of its sockets receives data.
  pool: "forks",
  // A process runs one file after the other. A new process for each file would start and load the same modules again, which took two
  // fifths of the CPU time of the unit tests.
  isolate: false,
  setupFiles: ["tests/support/sharedProcess.ts"],
  // The default is 1 s. A busy machine may take longer, and no test depends on time.
  expect: { poll: { timeout: 20_000 } },
} as const satisfies TestProjectInlineConfiguration["test"];

const unit = {
  ...common,
  include: ["tests/**/*.unit.test.ts"],
  // The default is 5 s. The tests of the workflows start a dozen processes each, which takes a minute on a busy machine.
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const satisfies TestProjectInlineConfiguration["test"];

const database = {
  ...common,
  include: ["tests/**/*.database.test.ts"],
  exclude: [...configDefaults.exclude, ...omittedOf(longDatabaseTests)],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: ["tests/support/databaseSetup.ts"],
} as const satisfies TestProjectInlineConfiguration["test"];

const engine = {
  ...common,
  include: ["tests/**/*.engine.test.ts"],
  exclude: [...configDefaults.exclude, ...omittedOf(longEngineTests)],
  // Only ends a hang. Some hooks run all commands of a page, which takes four times as long on a busy machine.
  testTimeout: 1_800_000,
  hookTimeout: 1_800_000,
  globalSetup: ["tests/support/engineSetup.ts"],
} as const satisfies TestProjectInlineConfiguration["test"];

/** Returns the projects that run the version-dependent tests again on the second server. */
function onSecondServer(): TestProjectInlineConfiguration[] {
  const second = secondServer();
  if (second === undefined) return [];
  const { major } = second;
  const env = { ...second.env, [onSecondServerVariable]: "1" };
  const databaseTests = Object.values(databaseOnBoth).flat();
  return [
    { test: { ...database, name: `database-${major}`, include: databaseTests, env } },
    {
      test: {
        ...engine,
        name: `engine-${major}`,
        include: [...engineOnBoth],
        exclude: [...configDefaults.exclude, ...omittedOf([engineOnBoth])],
        env,
      },
    },
  ];
}

// The suffix of a test file says what it needs: nothing, a PostgreSQL server, or the Pulumi engine as well.
export default defineConfig({
  test: {
    // All files share one pool: some compute, others wait for a server, a lock or the engine. With three files at once, two cores are
    // always busy.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...unit, name: "unit" } },
      { test: { ...database, name: "database" } },
      { test: { ...engine, name: "engine" } },
      ...onSecondServer(),
    ],
  },
});
