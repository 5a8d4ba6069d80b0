import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withCommandLock } from "../../local/commandLock";
import { claimDirectory } from "../../local/directory";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "command lock "));
});

afterEach(() => rm(directory, { recursive: true }));

test("a second command is refused while the first runs, in one sentence that names it", async () => {
  await withCommandLock(directory, "start", async () => {
    await expect(withCommandLock(directory, "down", async () => undefined)).rejects.toThrow(
      `\`npm run start\` (process ${process.pid}) is running in ${directory}: wait until it ends, then run this command again.`,
    );
  });
});

test("nothing is left behind, whether the command succeeds or fails", async () => {
  expect(await withCommandLock(directory, "start", async () => 7)).toBe(7);
  await expect(
    withCommandLock(directory, "start", async () => {
      throw new Error("boom");
    }),
  ).rejects.toThrow("boom");

  expect(await readdir(directory)).toEqual(["thorbis-local-stack"]);
});

test.each([
  ["a process that has ended", JSON.stringify({ command: "start", process: { pid: 1, startTime: "never" } })],
  ["nothing readable", "{"],
])("a lock of %s is taken over", async (_, content) => {
  await claimDirectory(directory);
  await writeFile(path.join(directory, "command.lock"), content);

  expect(await withCommandLock(directory, "down", async () => "done")).toBe("done");
});

test.each(["start", "pulumi"] as const)(
  "`npm run %s` waits for a command that only starts services",
  async (command) => {
    const order: string[] = [];
    let second: Promise<void> = Promise.resolve();

    await withCommandLock(directory, "local:env", async () => {
      second = withCommandLock(directory, command, async () => {
        order.push("second");
      });
      // Enough time for it to find the lock held.
      await setImmediate();
      order.push("first");
    });
    await second;

    expect(order).toEqual(["first", "second"]);
  },
);

test("two concurrent first commands both claim the folder", async () => {
  const fresh = path.join(directory, "fresh");

  await expect(Promise.all([claimDirectory(fresh), claimDirectory(fresh)])).resolves.toBeDefined();
});
