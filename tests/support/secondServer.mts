// Has no imports, because vitest's configuration loads it without a bundler.

const noServer = "does not depend on the version of the server";
const long = "is long, and other tests cover what depends on the version";

/** Database tests that run on the first server only, and why. All others run on both. */
export const firstServerOnly: Readonly<Record<string, string>> = {
  "tests/backup/age.database.test.ts": noServer,
  "tests/backup/bucketFaults.database.test.ts": noServer,
  "tests/backup/dump/compressed.database.test.ts": noServer,
  "tests/backup/interruptions.database.test.ts": long,
  "tests/backup/image/builtImage.database.test.ts": noServer,
  "tests/backup/runbook.database.test.ts": long,
  "tests/backup/missingObjects.database.test.ts": noServer,
  "tests/backup/prune.database.test.ts": noServer,
  "tests/backup/sources.database.test.ts": noServer,
  "tests/backup/store.database.test.ts": noServer,
  "tests/fakes/aws/aws.database.test.ts": noServer,
  "tests/fakes/aws/configuration.database.test.ts": noServer,
  "tests/emulators/aws/aws.database.test.ts": noServer,
  "tests/emulators/aws/s3Gateway.database.test.ts": noServer,
  "tests/emulators/s3/s3.database.test.ts": noServer,
  "tests/emulators/managementApi/daemon.database.test.ts": noServer,
  "tests/backup/attached.database.test.ts": long,
  "tests/backup/versions.database.test.ts": "uses both versions itself",
  "tests/backup/concurrentChanges.database.test.ts": long,
  "tests/backup/drill.database.test.ts": long,
  "tests/backup/equality.database.test.ts": long,
  "tests/backup/failures.database.test.ts": long,
  "tests/backup/killedRestore.database.test.ts": long,
  "tests/backup/manyObjects.database.test.ts": long,
  "tests/emulators/postgres/cluster.database.test.ts": long,
  "tests/sql/jobs.database.test.ts": "needs jobs that run every second, which pg_cron supports since 1.5",
  "tests/backup/postgres16.database.test.ts": "starts a server of version 16 itself",
  "tests/plugins/supabasex/sqlBundle/addedAgain.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/affected.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/beforeFailure.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/borrowed.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/codified.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/defaultPrivileges.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/doneManually.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/dynamicObjects.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/kill.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/laterFiles.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/locks/lockTable.database.test.ts": "writes a page about one version",
  "tests/plugins/supabasex/sqlBundle/model.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/previewAgrees.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/redefined.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/removedStatements.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/replacement.database.test.ts": long,
  "tests/plugins/supabasex/sqlBundle/statedAlready.database.test.ts": long,
};

/** Engine tests that run on both servers: a deployment, and drift that is detected and repaired. All others are long. */
export const engineOnBoth = ["tests/stack/deploy.engine.test.ts", "tests/stack/drift.engine.test.ts"];
