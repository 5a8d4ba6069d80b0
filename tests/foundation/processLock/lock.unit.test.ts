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
import { checkoutRoot } from "../../../foundation/checkout";
import { watchFiles } from "../../../foundation/processLock/holders.mjs";
import { identifyProcess } from "../../../foundation/processLock/identity.mjs";
import { takeLock } from "../../../foundation/processLock/lock.mjs";

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

const encoded = (text: string) => Buffer.from(text).toString("base64url");

/** Returns the name of this process's file in a lock. */
function ownName(): string {
  const other = path.join(base, "other");
  const taken = takeLock(other, "");
  const [name = ""] = readdirSync(other);
  if ("lock" in taken) taken.lock.release();
  return name;
}

test("a held lock shows its holder and purpose; a released lock leaves no files", () => {
  const lock = take("a purpose");

  expect(takeLock(folder, "another")).toEqual({
    holder: { pid: process.pid, purpose: "a purpose", isKnownToLive: true },
  });
  lock.release();
  expect(readdirSync(base)).toEqual([]);
});

test("a lock that two processes share lasts until both have ended", async () => {
  const child = spawn("sleep", ["600"]);
  const lock = take();
  lock.share(child.pid ?? 0);
  // The state after this process is killed.
  const own = readdirSync(folder).find((name) => name.startsWith(`${process.pid} `)) ?? "";
  await rm(path.join(folder, own));

  expect(takeLock(folder, "testing")).toMatchObject({ holder: { pid: child.pid, purpose: "testing" } });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(takeLock(folder, "testing")).toHaveProperty("lock");
});

test.each<[string, () => void]>([
  ["an empty folder", () => mkdirSync(folder)],
  ["a file of an earlier version", () => writeFileSync(folder, "{}")],
  [
    "a process with the same ID that started earlier",
    () => {
      mkdirSync(folder);
      const [, , place] = ownName().split(" ");
      writeFileSync(path.join(folder, `${process.pid} ${encoded("never")} ${place}`), "");
    },
  ],
  [
    "an unrelated file",
    () => {
      mkdirSync(path.join(folder, "a folder"), { recursive: true });
    },
  ],
])("%s does not count as a lock", (_, leave) => {
  leave();

  expect(takeLock(folder, "testing")).toHaveProperty("lock");
});

test.each([
  ["a cluster", () => identifyProcess(process.pid), ""],
  ["a command", () => ({ command: "start", process: identifyProcess(process.pid) }), "start"],
])("the file of an earlier version, held for %s, counts while its process lives", (_, content, purpose) => {
  writeFileSync(folder, JSON.stringify(content()));

  expect(takeLock(folder, "testing")).toMatchObject({ holder: { pid: process.pid, purpose } });
  expect(existsSync(folder)).toBe(true);
});

test("a late release does not release the lock of another process", async () => {
  const lock = take();
  await rm(folder, { recursive: true });
  const other = identifyProcess(1) ?? { pid: 1, startTime: "" };
  mkdirSync(folder);
  writeFileSync(path.join(folder, `1 ${Buffer.from(other.startTime).toString("base64url")}`), "theirs");

  lock.release();

  expect(takeLock(folder, "testing")).toMatchObject({ holder: { pid: 1, purpose: "theirs" } });
});

describe("a holder in another container, whose process ID has no meaning here", () => {
  const file = () =>
    path.join(folder, [String(process.pid), encoded("a start"), encoded("another container")].join(" "));
  const touch = (time: number) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file(), "theirs");
    utimesSync(file(), time, time);
  };
  /** Tries to take the lock like a waiter, and returns each holder's certainty, or "taken". */
  const looks = (
    secondsBetween: number,
    count: number,
    beforeLook: (look: number) => void = () => undefined,
  ) => {
    const watch = watchFiles();
    let now = 1_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    return Array.from({ length: count }, (_, look) => {
      beforeLook(look);
      const taken = takeLock(folder, "testing", watch);
      now += secondsBetween * 1_000;
      return "lock" in taken ? "taken" : taken.holder.isKnownToLive;
    });
  };
  afterEach(() => vi.restoreAllMocks());

  test("holds the lock while it touches its file, regardless of its clock", () => {
    const seen = looks(0.9, 30, (look) => look % 2 === 0 && touch(look));

    expect(seen).toEqual([false, false, ...Array(28).fill(true)]);
  });

  test("loses the lock when its file does not change for ten seconds", () => {
    touch(Date.now() / 1_000);

    expect(looks(0.9, 13)).toEqual([...Array(12).fill(false), "taken"]);
    expect(existsSync(file())).toBe(false);
  });

  test("still holds the lock when the machine resumes after an hour", () => {
    touch(0);

    expect(looks(3_600, 3)).toEqual([false, false, false]);
  });

  test("does not count as dead because its file names no namespace", () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, `${process.pid} ${encoded("a start")}`), "theirs");

    expect(takeLock(folder, "testing")).toMatchObject({ holder: { pid: process.pid, isKnownToLive: false } });
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

test("the next lock removes the draft of a killed process, but keeps a new draft", () => {
  const drafts = [`${folder}.draft-old`, `${folder}.draft-new`];
  for (const draft of drafts) mkdirSync(draft);
  utimesSync(drafts[0] ?? "", 0, 0);

  take().release();

  expect(readdirSync(base)).toEqual(["lock.draft-new"]);
});

test("only one of many processes holds the lock at a time, also while leftovers of killed ones are removed", async () => {
  const rounds = 40;
  const counter = path.join(base, "counter");
  writeFileSync(counter, "0");
  const script = `
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { takeLock } from ${JSON.stringify(pathToFileURL(path.join(checkoutRoot(), "foundation/processLock/lock.mjs")).href)};
const [folder, counter] = process.argv.slice(1);
for (let round = 0; round < ${rounds}; round++) {
  let taken;
  while (!("lock" in (taken = takeLock(folder, "counting")))) await new Promise(setImmediate);
  const value = Number(readFileSync(counter, "utf8"));
  await new Promise(setImmediate);
  // The file of a process that is killed while it holds the lock.
  const [, , place] = readdirSync(folder).find((name) => name.startsWith(process.pid + " ")).split(" ");
  writeFileSync(folder + "/99999999 " + Buffer.from("dead").toString("base64url") + " " + place, "");
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
