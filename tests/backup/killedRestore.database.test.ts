import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../backup/commands/run";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { commandContext, startBackupProgram, taskEnvironment } from "./support/commands";
import { type Portrait, takePortrait } from "./support/portrait";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

/** Moments at which a restore is killed, spread over its duration; `npm run soak` uses more of them. */
const moments = Number(process.env.SOAK_ROUNDS ?? 3);

let source: TestCluster;
let store: TestStore;
let before: Portrait;

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  await createShop(await source.client());
  await run(commandContext(taskEnvironment(source, store)));
  before = await takePortrait(source.url("supabase_admin"));
});

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

const restoreInto = (url: string, args: readonly string[]) =>
  startBackupProgram(["restore", ...args], {
    ...taskEnvironment(source, store),
    RESTORE_DATABASE_URL: `${url}?sslmode=disable`,
  });

/** Kills the program at each of the moments and runs it again. The moments are parts of the duration of a whole restore. */
async function killAndRepeat(
  url: string,
  args: readonly string[],
  check: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  expect((await restoreInto(url, args).ended).exitCode).toBe(0);
  const duration = performance.now() - started;
  for (let moment = 0; moment < moments; moment += 1) {
    const killed = restoreInto(url, args);
    await new Promise((resolve) => setTimeout(resolve, (duration * (moment + 0.7)) / moments));
    killed.child.kill("SIGKILL");
    await killed.ended;
    const { exitCode, errorText } = await restoreInto(url, args).ended;
    expect([exitCode, errorText]).toEqual([0, expect.any(String)]);
    await check();
  }
}

describe("a killed restore", () => {
  it("into a project can be repeated with the same command, and loses nothing else", async () => {
    const target = await startTestCluster();
    try {
      const admin = await target.client("supabase_admin");
      await admin.query("create database another");
      await admin.query("create role bystander");
      await killAndRepeat(target.url(), ["--replace", "postgres"], async () => {
        const { roles, access, ...after } = await takePortrait(target.url("supabase_admin"));
        const { roles: expected, access: expectedAccess, ...rest } = before;
        expect(after).toEqual(rest);
        expect(access.filter((line) => !line.includes('"name":"bystander"'))).toEqual(expectedAccess);
        expect(roles.filter((line) => !line.startsWith("bystander "))).toEqual(expected);
        const { rows } = await admin.query(
          "select datname from pg_database where not datistemplate order by 1",
        );
        expect(rows).toEqual([{ datname: "another" }, { datname: "postgres" }]);
      });
    } finally {
      await target.remove();
    }
  }, 1_200_000);

  it("into a plain database keeps the old contents, and leaves no other database after it succeeds", async () => {
    const target = await startTestCluster();
    try {
      const admin = await target.client("supabase_admin");
      await admin.query("create database plain template template0");
      const url = target.url("supabase_admin", "plain");
      await killAndRepeat(url, ["--replace", "plain"], async () => {
        const { rows, sequences } = await takePortrait(url);
        expect({ rows, sequences }).toEqual({ rows: before.rows, sequences: before.sequences });
        const { rows: databases } = await admin.query(
          "select datname from pg_database where not datistemplate order by 1",
        );
        expect(databases).toEqual([{ datname: "plain" }, { datname: "postgres" }]);
      });
    } finally {
      await target.remove();
    }
  }, 1_200_000);
});
