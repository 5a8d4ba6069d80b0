// A long run of the isolation property: random tenants, users, rows and statements, until this number of statements has run.
// Run: npx tsx tests/sql/soak.ts [statements, default 10000] [seed]. Exits with 1 and prints the smallest case if a foreign row was visible.
import fc from "fast-check";
import { type Ending, isolationProperty } from "./properties/isolationProperty";
import { startBundledDatabase } from "./support/database";

/** Statements of one run of the property. */
const statementsPerRun = 10;

async function main(): Promise<void> {
  const statements = Number(process.argv[2] ?? 10_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
  const counts: Record<Ending, number> = { refused: 0, reached: 0, nothing: 0 };
  const database = await startBundledDatabase();
  try {
    const property = isolationProperty(database.postgres, (ending) => {
      counts[ending]++;
      const done = counts.refused + counts.reached + counts.nothing;
      if (done % 1000 === 0) console.error(`${done} of ${statements} statements`);
    });
    await fc.assert(property, {
      seed,
      numRuns: Math.ceil(statements / statementsPerRun),
      verbose: fc.VerbosityLevel.Verbose,
    });
    console.log(JSON.stringify({ soak: "isolation", seed, ...counts }));
  } finally {
    await database.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
