import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "../../../foundation/processLock/lock.mjs";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis-lock-"));
  file = path.join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("runs one holder at a time, and leaves nothing behind", async () => {
  const events: string[] = [];
  const hold = async (name: string): Promise<void> =>
    await withLock(file, async () => {
      events.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} out`);
    });
  await Promise.all([hold("a"), hold("b")]);
  expect(events).toEqual(["a in", "a out", "b in", "b out"]);
  expect(readdirSync(folder)).toEqual([]);
});

it("is released after an error, which the caller receives", async () => {
  const failing = withLock(file, async () => await Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(existsSync(file)).toBe(false);
});

it.each([
  ["was killed", JSON.stringify({ pid: process.pid, startTime: "before this process" })],
  ["left half a line", '{"pid": 1'],
])("is taken over from a holder that %s", async (_what, content) => {
  writeFileSync(file, content);
  expect(await withLock(file, async () => "mine")).toBe("mine");
  expect(readdirSync(folder)).toEqual([]);
});
