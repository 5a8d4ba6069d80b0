import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findStateLocks, isHeld, removeStateLock } from "../../../local/stack/stateLocks";

let state: string;
let folder: string;

beforeEach(async () => {
  state = await mkdtemp(path.join(os.tmpdir(), "state locks "));
  folder = path.join(state, ".pulumi", "locks", "organization", "thorbis-supabase", "local");
  await mkdir(folder, { recursive: true });
});

afterEach(() => rm(state, { recursive: true }));

async function writeLock(name: string, content: unknown): Promise<void> {
  await writeFile(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
}

test("finds the lock of a stack and its holder", async () => {
  await writeLock("a.json", {
    pid: 42,
    username: "root",
    hostname: "build",
    timestamp: "2026-11-22T12:00:00Z",
  });

  const locks = await findStateLocks(state, "thorbis-supabase", "local");

  expect(locks).toEqual([
    {
      file: path.join(folder, "a.json"),
      holder: { pid: 42, hostname: "build", takenAt: "2026-11-22T12:00:00Z" },
    },
  ]);
  expect(await findStateLocks(state, "thorbis-supabase", "prod")).toEqual([]);
});

test("a lock that a killed CLI wrote only in part has no holder", async () => {
  await writeLock("empty.json", "");
  await writeLock("cut.json", '{"pid": 4');
  await writeLock("foreign.json", { something: "else" });

  const locks = await findStateLocks(state, "thorbis-supabase", "local");

  expect(locks).toHaveLength(3);
  expect(locks.map((lock) => isHeld(lock))).toEqual([false, false, false]);
});

test("a lock is held by a live process of this machine and by any process of another", () => {
  const lock = { file: "f", holder: { pid: 42, hostname: "here", takenAt: "t" } };

  expect(isHeld(lock, "here", () => true)).toBe(true);
  expect(isHeld(lock, "here", () => false)).toBe(false);
  expect(isHeld(lock, "elsewhere", () => false)).toBe(true);
});

test("removing a lock leaves the others", async () => {
  await writeLock("a.json", { pid: 1, hostname: "here", timestamp: "t" });
  await writeLock("b.json", { pid: 2, hostname: "here", timestamp: "t" });
  const [first] = await findStateLocks(state, "thorbis-supabase", "local");
  if (first === undefined) throw new Error("no lock");

  await removeStateLock(first);

  expect(await readdir(folder)).toEqual([path.basename(first.file) === "a.json" ? "b.json" : "a.json"]);
});
