import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { identifyProcess } from "../../local/processIdentity.mjs";
import { takeLock } from "../../local/processLock.mjs";

let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "process lock "));
  folder = path.join(base, "lock");
});

afterEach(() => rm(base, { recursive: true }));

function take(purpose = "testing") {
  const taken = takeLock(folder, purpose);
  if ("holder" in taken) throw new Error(`process ${taken.holder.pid} holds it`);
  return taken.lock;
}

test("a held lock shows its holder and purpose; a released lock leaves no files", () => {
  const lock = take("a purpose");

  expect(takeLock(folder, "another")).toEqual({ holder: { pid: process.pid, purpose: "a purpose" } });
  lock.release();
  expect(readdirSync(base)).toEqual([]);
});

test("a lock that two processes share ends with the later of the two", async () => {
  const child = spawn("sleep", ["600"]);
  const lock = take();
  lock.share(child.pid ?? 0);
  // What is left when this process is killed.
  const own = readdirSync(folder).find((name) => name.startsWith(`${process.pid} `)) ?? "";
  await rm(path.join(folder, own));

  expect(takeLock(folder, "testing")).toEqual({ holder: { pid: child.pid, purpose: "testing" } });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(takeLock(folder, "testing")).toHaveProperty("lock");
});

test.each<[string, () => void]>([
  ["an empty folder", () => mkdirSync(folder)],
  ["a file, as an earlier version kept it", () => writeFileSync(folder, "{}")],
  [
    "a process of the same number that started earlier",
    () => {
      mkdirSync(folder);
      writeFileSync(path.join(folder, `${process.pid} ${Buffer.from("never").toString("base64url")}`), "");
    },
  ],
  [
    "something else altogether",
    () => {
      mkdirSync(path.join(folder, "a folder"), { recursive: true });
    },
  ],
])("%s does not count as a lock", (_, leave) => {
  leave();

  expect(takeLock(folder, "testing")).toHaveProperty("lock");
});

test("a late release does not release the lock of another process", async () => {
  const lock = take();
  await rm(folder, { recursive: true });
  const other = identifyProcess(1) ?? { pid: 1, startTime: "" };
  mkdirSync(folder);
  writeFileSync(path.join(folder, `1 ${Buffer.from(other.startTime).toString("base64url")}`), "theirs");

  lock.release();

  expect(takeLock(folder, "testing")).toEqual({ holder: { pid: 1, purpose: "theirs" } });
});

describe("a holder in another container, whose process number means nothing here", () => {
  const encoded = (text: string) => Buffer.from(text).toString("base64url");
  const file = () =>
    path.join(folder, [String(process.pid), encoded("a start"), encoded("another container")].join(" "));
  const touchedSecondsAgo = (seconds: number) => {
    mkdirSync(folder);
    writeFileSync(file(), "theirs");
    const then = Date.now() / 1000 - seconds;
    utimesSync(file(), then, then);
  };

  test("holds the lock while it touches its file", () => {
    touchedSecondsAgo(8);

    expect(takeLock(folder, "testing")).toEqual({ holder: { pid: process.pid, purpose: "theirs" } });
  });

  test("has lost it when it has not touched its file for ten seconds", () => {
    touchedSecondsAgo(12);

    expect(takeLock(folder, "testing")).toHaveProperty("lock");
    expect(existsSync(file())).toBe(false);
  });

  test("sees this process touch its file every two seconds until the release", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const lock = take();
      const [name = ""] = readdirSync(folder);
      const held = path.join(folder, name);
      utimesSync(held, 0, 0);
      vi.advanceTimersByTime(2_000);
      expect(Date.now() - statSync(held).mtimeMs).toBeLessThan(5_000);

      lock.release();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

test("a draft that a killed process left goes with the next lock, a new one stays", () => {
  const drafts = [`${folder}.draft-old`, `${folder}.draft-new`];
  for (const draft of drafts) mkdirSync(draft);
  utimesSync(drafts[0] ?? "", 0, 0);

  take().release();

  expect(readdirSync(base)).toEqual(["lock.draft-new"]);
});

test("of many processes one holds the lock at a time, also while the leftovers of a killed one are removed", async () => {
  const rounds = 40;
  const counter = path.join(base, "counter");
  writeFileSync(counter, "0");
  const script = `
import { readFileSync, mkdirSync, writeFileSync, renameSync } from "node:fs";
import { takeLock } from ${JSON.stringify(pathToFileURL(path.join(checkoutRoot(), "local/processLock.mjs")).href)};
const [folder, counter] = process.argv.slice(1);
for (let round = 0; round < ${rounds}; round++) {
  let taken;
  while (!("lock" in (taken = takeLock(folder, "counting")))) await new Promise(setImmediate);
  const value = Number(readFileSync(counter, "utf8"));
  await new Promise(setImmediate);
  // As a process leaves it that is killed while it holds the lock.
  writeFileSync(folder + "/99999999 " + Buffer.from("dead").toString("base64url"), "");
  writeFileSync(counter, String(value + 1));
  taken.lock.release();
}`;

  const takers = Array.from({ length: 4 }, () =>
    execa(process.execPath, ["--input-type=module", "--eval", script, folder, counter]),
  );
  await Promise.all(takers);

  expect(readFileSync(counter, "utf8")).toBe(String(takers.length * rounds));
  expect(readdirSync(base).filter((name) => name.includes("draft"))).toEqual([]);
});
