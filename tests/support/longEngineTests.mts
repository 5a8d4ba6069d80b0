import { wholeRunVariable } from "../../local/wholeRun.mts";

/**
 * Long engine tests. A run without named files has one of each pair, which SEED selects, and `EVERY_CASE=1` has all. The files of a pair
 * take about the same time. Tests of a whole deployment, of the newcomer's page and of the official clients are not here: they always run.
 */
export const longEngineTests: readonly (readonly [string, string])[] = [
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

/** Returns the engine tests that a run omits: one of each pair. */
export function omittedOf(
  all: readonly (readonly [string, string])[],
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const { [wholeRunVariable]: wholeRun, EVERY_CASE: everyCase, SEED: seed = "0" } = environment;
  if (wholeRun === undefined || everyCase === "1") return [];
  return all.map((pair, index) => pair[(Number(seed) + index) % 2 === 0 ? 1 : 0]);
}
