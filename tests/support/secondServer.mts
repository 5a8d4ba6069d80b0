// Has no imports, because vitest's configuration loads it without a bundler.

/**
 * Database tests that also run on the second server, by what depends on its version. All others run on the first only;
 * `npm test -- --postgresql 15` runs all on 15.
 */
export const databaseOnBoth: Readonly<Record<string, readonly string[]>> = {
  "backups and restores": [
    "tests/backup/coverage.database.test.ts",
    "tests/backup/oddObjects.database.test.ts",
    "tests/backup/plainEquality.database.test.ts",
    "tests/backup/postgres/connect.database.test.ts",
    "tests/backup/postgres/memberships.database.test.ts",
    "tests/backup/restore/rowExpressions.database.test.ts",
    "tests/backup/roundTrip.database.test.ts",
    "tests/backup/stackEquality.database.test.ts",
    "tests/backup/timeLimits.database.test.ts",
  ],
  "the rights of a hosted project": [
    "tests/emulators/postgres/hostedRights.database.test.ts",
    "tests/emulators/postgres/services.database.test.ts",
    "tests/emulators/postgres/shape.database.test.ts",
    "tests/fakes/postgresql/postgresql.database.test.ts",
  ],
  "what the system catalogs contain": [
    "tests/plugins/supabasex/sqlBundle/catalogDrift.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/catalogExpectation.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/catalogNames.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/manualExtensions.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/posture.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/postureUpgrade.database.test.ts",
  ],
  "statements and their errors": [
    "tests/plugins/supabasex/sqlBundle/bodyCheck.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/eventTriggers.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/jobs.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/locks/hazards.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/manualRepairs.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/migrations.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/noTransaction.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/notices.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/oddFiles/accepted.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/oddFiles/errors.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/preview.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/redaction.database.test.ts",
    "tests/plugins/supabasex/sqlBundle/viewsDoneManually.database.test.ts",
  ],
  "the bundle's own SQL": [
    "tests/sql/accessRules.database.test.ts",
    "tests/sql/attacks/leakage.database.test.ts",
    "tests/sql/attacks/platform.database.test.ts",
    "tests/sql/attacks/tenantClaims.database.test.ts",
    "tests/sql/attacks/writes.database.test.ts",
    "tests/sql/auditTrail.database.test.ts",
    "tests/sql/broadcast.database.test.ts",
    "tests/sql/bundle.database.test.ts",
    "tests/sql/ddlLog/authors.database.test.ts",
    "tests/sql/ddlLog/log.database.test.ts",
    "tests/sql/deploy.database.test.ts",
    "tests/sql/isolation/matrix.database.test.ts",
    "tests/sql/isolation/platform.database.test.ts",
    "tests/sql/operations.database.test.ts",
    "tests/sql/partitions.database.test.ts",
    "tests/sql/plans.database.test.ts",
    "tests/sql/properties/isolation.database.test.ts",
    "tests/sql/quiet.database.test.ts",
    "tests/sql/search.database.test.ts",
    "tests/sql/tokenHook.database.test.ts",
  ],
};

/**
 * Engine tests that run on both servers: a deployment, and drift that is detected and repaired. A run without named files has one of
 * them on the second server. All others are long.
 */
export const engineOnBoth = [
  "tests/stack/deploy.engine.test.ts",
  "tests/stack/drift.engine.test.ts",
] as const;

/** The variable that tells a test that it runs on the second server, where it has a part of a long table. */
export const onSecondServerVariable = "ON_SECOND_SERVER";
