// Deploys the local stack on the real engine, changes it manually and like pull requests, and compares the engine's events with the
// recordings that the tests of reports and workflows read. `npm run soak` runs it. After a change of messages or inputs of a provider or
// component, or of a file in sql/, renew the recordings, and then the comments that are generated from them:
//   RECORD=1 npm test -- tests/ops/recordings --project engine --postgresql 17 --update
//   npm test -- tests/ops tests/workflows --project unit --update
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { PulumiRun } from "../../../ops/pulumi";
import { createTestStack, type TestStack } from "../../support/testStack";
import { type RecordingName, recordedText, recordingFile } from "./recording";

const named = ["--stack", "local", "--suppress-progress"];
const preview = ["preview", ...named];

// Skipped by default: it takes two minutes, and recordings rarely change.
describe.skipIf(process.env.RECORD === undefined)("recordings", () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await createTestStack();
    const up = await stack.events("up", ...named, "--yes", "--skip-preview");
    expect(up.exitCode).toBe(0);
  });

  afterAll(async () => {
    await stack?.remove();
  });

  test("a stack that nothing happened to", async () => {
    await expectRecording("quiet", 0, stack.events(...preview));
  });

  test("a search for drift, after a policy was dropped and another one created", async () => {
    const client = await stack.database();
    await client.query("drop policy tenant_isolation on shared.customers");
    await client.query("create policy rogue on shared.customers for select to anon using (true)");

    const search = ["refresh", "--preview-only", "--expect-no-changes"];

    await expectRecording("driftSearch", 7, stack.events(...search, ...named));
  });

  test("a migration with a syntax error", async () => {
    changeFile("sql/migrations/20270101000000_points.sql", () => addColumn.replace("column", "colum"));

    await expectRecording("brokenMigration", 1, stack.events(...preview));
  });

  test("a migration and a changed function", async () => {
    changeFile("sql/migrations/20270101000000_points.sql", () => addColumn);
    changeFile("sql/repeatable/functions/search_customers.sql", (text) =>
      text.replace("order by found.place", "order by customer.points desc, found.place"),
    );

    await expectRecording("changeAndDrift", 0, stack.events(...preview));
  });

  test("a secret in plain text and an unknown key", async () => {
    changeFile("Pulumi.local.yaml", (text) =>
      text.replace(
        /thorbis-supabase:databasePassword:\n\s+secure: \S+/,
        "thorbis-supabase:databasePassword: in plain text\n  thorbis-supabase:nonsense: 1",
      ),
    );

    await expectRecording("badConfiguration", 1, stack.events(...preview));
  });

  test("a move to another bucket", async () => {
    const moved = "bucketName: thorbis-backups-moved\n    retiredBucketNames: [thorbis-backups-local]";
    changeFile("Pulumi.local.yaml", (text) => text.replace("bucketName: thorbis-backups-local", moved));

    await expectRecording("replacement", 0, stack.events(...preview));
  });

  test("a deployment that repairs the policy and updates log groups", async () => {
    changeFile("Pulumi.local.yaml", (text) => text.replaceAll("logRetentionDays: 7", "logRetentionDays: 14"));

    await expectRecording("up", 0, stack.events("up", ...named, "--yes", "--skip-preview"));
  });

  /** Changes a file of the project until the test ends. `change` gets its text, or an empty one if it does not exist. */
  function changeFile(name: string, change: (text: string) => string): void {
    const file = path.join(stack.project, name);
    const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const after = change(before ?? "");
    expect(after).not.toBe(before);
    writeFileSync(file, after);
    onTestFinished(() => (before === undefined ? rmSync(file) : writeFileSync(file, before)));
  }
});

const addColumn = "alter table shared.customers add column points integer;\n";

async function expectRecording(
  name: RecordingName,
  exitCode: number,
  running: Promise<PulumiRun>,
): Promise<void> {
  const run = await running;
  expect(run).toMatchObject({ exitCode });
  await expect(recordedText(run)).toMatchFileSnapshot(recordingFile(name));
}
