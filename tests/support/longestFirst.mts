import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest files, longest first. If one of them started last, it would run alone while the other core is idle. */
const longest = [
  "tests/local/officialClients/officialClients.engine.test.ts",
  "tests/stack/cloudDrift.engine.test.ts",
  "tests/ops/pullRequest.engine.test.ts",
  "tests/components/backupReplica/backupReplica.engine.test.ts",
  "tests/local/start.engine.test.ts",
  "tests/stack/drift.engine.test.ts",
  "tests/local/killedRuns.engine.test.ts",
  "tests/plugins/supabasex/sqlBundle/drift.engine.test.ts",
  "tests/local/commandOrder.engine.test.ts",
  "tests/components/backupBucket/protection.engine.test.ts",
  "tests/workflows/pullRequest.unit.test.ts",
  "tests/plugins/supabasex/sqlBundle/codified.database.test.ts",
  "tests/plugins/supabasex/sqlBundle/posture.database.test.ts",
];

/** Starts the longest files first. The others follow in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
