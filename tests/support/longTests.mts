import { wholeRunVariable } from "../../local/wholeRun.mts";

type Pairs = readonly (readonly [string, string])[];

/**
 * Long engine tests. A run without named files has one of each pair, which SEED selects, and `EVERY_CASE=1` has all. The files of a pair
 * take about the same time. Tests of a whole deployment, of the newcomer's page and of the official clients are not here: they always run.
 */
export const longEngineTests: Pairs = [
  ["tests/stack/cloudDrift.engine.test.ts", "tests/ops/pullRequest.engine.test.ts"],
  [
    "tests/components/backupReplica/backupReplica.engine.test.ts",
    "tests/components/backupBucket/protection.engine.test.ts",
  ],
  ["tests/stack/drift.engine.test.ts", "tests/plugins/supabasex/sqlBundle/drift.engine.test.ts"],
  ["tests/stack/secrets.engine.test.ts", "tests/stack/projectStatus.engine.test.ts"],
  ["tests/local/killedRuns.engine.test.ts", "tests/bootstrap/deployCalls.engine.test.ts"],
  [
    "tests/plugins/supabasex/sqlBundle/screens.engine.test.ts",
    "tests/plugins/supabasex/sqlBundle/bundle.engine.test.ts",
  ],
  ["tests/components/backupNetwork/network.engine.test.ts", "tests/stack/twoStacks.engine.test.ts"],
  ["tests/local/commandOrder.engine.test.ts", "tests/local/onNode.engine.test.ts"],
  ["tests/plugins/supabasex/sqlBundle/driftScreens.engine.test.ts", "tests/sdks/supabase.engine.test.ts"],
];

/**
 * Long database tests, in pairs like those of the engine. The files of a pair test neighboring parts of the deployer, or of the backup
 * program. No file is here that the second server repeats.
 */
export const longDatabaseTests: Pairs = [
  [
    "tests/plugins/supabasex/sqlBundle/codified.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/doneManually.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/createdManually.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/keptManual.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/removedStatements.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/statedAlready.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/redefined.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/replacement.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/affected.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/changedByMigrations.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/addedAgain.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/laterFiles.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/defaultPrivileges.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/dynamicObjects.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/partitionTriggers.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/renamedManually.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/borrowed.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/typesDoneManually.database.test.ts",
  ],
  [
    "tests/plugins/supabasex/sqlBundle/generatedColumns.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/sequences.database.test.ts",
  ],
  ["tests/backup/interruptions/plainRestore.database.test.ts", "tests/backup/killedRestore.database.test.ts"],
  ["tests/backup/interruptions/otherCommands.database.test.ts", "tests/backup/manyObjects.database.test.ts"],
];

/** Returns the tests that a run omits: one of each pair. */
export function omittedOf(all: Pairs, environment: NodeJS.ProcessEnv = process.env): string[] {
  const { [wholeRunVariable]: wholeRun, EVERY_CASE: everyCase, SEED: seed = "0" } = environment;
  if (wholeRun === undefined || everyCase === "1") return [];
  return all.map((pair, index) => pair[(Number(seed) + index) % 2 === 0 ? 1 : 0]);
}
