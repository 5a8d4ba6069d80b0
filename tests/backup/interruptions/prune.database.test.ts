import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { list } from "../../../backup/commands/list";
import { prune } from "../../../backup/commands/prune";
import { verify } from "../../../backup/commands/verify";
import { runsPrefix } from "../../../foundation/backupContract";
import { commandContext, startBackupProgram } from "../support/commands";
import { type Fault, type FaultyStore, startFaultyStore } from "../support/faultyStore";
import { startTestStore, type TestStore } from "../support/store";
import { storeBackup } from "../support/storedBackups";

// A prune that is killed, or that the bucket refuses, before and after each of its deletions.

let store: TestStore;
let proxy: FaultyStore;
const command = [
  "prune",
  "--confirm",
  "--daily-days=1",
  "--weekly-days=1",
  "--monthly-days=1",
  "--minimum=1",
];

beforeAll(async () => {
  store = await startTestStore();
  proxy = await startFaultyStore(store.environment.AWS_ENDPOINT_URL_S3 ?? "");
});

afterAll(async () => {
  await proxy?.stop();
  await store?.remove();
});

let kept: string;

/** Two backups that a prune deletes, each with two objects and a manifest, and one that stays. */
beforeEach(async () => {
  for (const key of await store.keys()) await store.store.remove(key);
  for (const day of [1, 2]) {
    const run = await storeBackup(store.store, day);
    await store.store.putText(`${runsPrefix}${run}/data-001.sql.zst`, "rows", "text/plain");
  }
  kept = await storeBackup(store.store, 14);
});

afterEach(() => proxy.fail(() => undefined));

const start = () =>
  startBackupProgram(command, { ...store.environment, AWS_ENDPOINT_URL_S3: proxy.endpoint });

/** Checks that each listed backup has its objects, and that the same command completes the work a week later. */
async function expectRepeatable(): Promise<void> {
  const context = commandContext({ ...store.environment });
  expect((await list({}, context)).map(({ state }) => state)).not.toContain("objects missing");
  expect((await verify({ run: kept }, context)).map(({ verdict }) => verdict)).toEqual(["intact"]);
  proxy.fail(() => undefined);
  const now = new Date(Date.now() + 8 * 86_400_000);
  await prune({ dailyDays: 1, weeklyDays: 1, monthlyDays: 1, minimum: 1, now, confirm: true }, context);
  expect((await list({ all: true }, context)).map(({ run }) => run)).toEqual([kept]);
}

it.each([1, 2, 3, 5])(
  "killed at its deletion %i, it leaves no backup without an object, and succeeds when it is repeated",
  async (deletion) => {
    // Executed by the bucket, or not.
    const fault: Fault = deletion % 2 === 0 ? { kind: "lose answer" } : { kind: "stall" };
    let seen = 0;
    const reached = new Promise<void>((resolve) => {
      proxy.fail(({ operation }) => {
        if (operation !== "delete object" || ++seen < deletion) return undefined;
        resolve();
        return fault;
      });
    });
    const program = start();
    await Promise.race([reached, program.ended]);
    program.child.kill("SIGKILL");
    expect((await program.ended).exitCode).toBeNull();

    await expectRepeatable();
  },
);

it("whose deletions are refused says why for each backup, and succeeds when it is repeated", async () => {
  const codes = ["ExpiredToken", "KMS.DisabledException"];
  proxy.fail(({ operation }) => {
    const code = operation === "delete object" ? codes.shift() : undefined;
    return code === undefined ? undefined : { kind: "answer", status: 400, code };
  });

  const { exitCode, errorText } = await start().ended;

  expect(exitCode).toBe(4);
  expect(errorText).toContain("the AWS credentials have expired (ExpiredToken)");
  expect(errorText).toContain("the bucket's KMS key cannot be used (KMS.DisabledException)");
  await expectRepeatable();
});
