import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { secondServer } from "./local/secondServer.mts";
import { LongestFirst } from "./tests/support/longestFirst.mts";
import { engineOnBoth, firstServerOnly } from "./tests/support/secondServer.mts";

const database = {
  include: ["tests/**/*.database.test.ts"],
  pool: "forks",
  maxWorkers: 2,
  sequence: { groupOrder: 1 },
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: ["tests/support/databaseSetup.ts"],
} as const satisfies TestProjectInlineConfiguration["test"];

const engine = {
  include: ["tests/**/*.engine.test.ts"],
  pool: "forks",
  // Each file has services, folders and a state of its own; a second one uses the time that the first waits.
  maxWorkers: 2,
  sequence: { groupOrder: 2 },
  testTimeout: 600_000,
  hookTimeout: 300_000,
  globalSetup: ["tests/support/engineSetup.ts"],
} as const satisfies TestProjectInlineConfiguration["test"];

/** The tests that depend on the version of the server, once more on the second one. */
function onSecondServer(): TestProjectInlineConfiguration[] {
  const second = secondServer();
  if (second === undefined) return [];
  const { major, env } = second;
  const exclude = Object.keys(firstServerOnly);
  return [
    { test: { ...database, name: `database-${major}`, exclude, env } },
    { test: { ...engine, name: `engine-${major}`, include: [...engineOnBoth], env } },
  ];
}

// The suffix of a test file says what it needs: nothing, a PostgreSQL server, or the real Pulumi engine too. One kind
// after the other (groupOrder), so that no test of the others takes time from the engine's, which are the longest.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/**/*.unit.test.ts"],
          // Not threads: Node 20 crashes now and then when a worker thread ends while one of its sockets receives data.
          pool: "forks",
          // The default is 5 s, which a busy machine can need for what computes alone, such as opening an encrypted secret.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...database, name: "database" } },
      { test: { ...engine, name: "engine" } },
      ...onSecondServer(),
    ],
  },
});
