// The lock of the local stack: it ends with the processes that hold it, on this machine and across containers that share the
// folder. Plain JavaScript without packages, because local/packages.mjs uses it before any are installed.
//
// The lock is a folder with a file per holder, named after the process. A folder can be renamed only onto an empty folder, so the
// kernel decides which of several processes gets the lock. A process that removes the file of a dead holder can never remove
// that of a live one, because the names differ.
//
// If a holder is in the same process namespace, the kernel also reports whether it is alive. Process IDs of another container or
// machine are meaningless here, so each holder touches its file regularly. A waiter considers such a holder dead if its file does
// not change for ten seconds. The waiter uses its own clock, so neither other clocks nor a suspended machine matter.
import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess, isSameProcess } from "./processIdentity.mjs";

const pollMilliseconds = 50;
const touchMilliseconds = 2_000;
/** If a holder's file does not change for this long, a waiter considers the holder dead. */
const staleMilliseconds = 10_000;
/** The maximum time counted between two checks, because the machine may have been suspended. */
const maxCountedMilliseconds = 1_000;
/** A draft exists for milliseconds. A draft of this age was left by a killed process. */
const draftMilliseconds = 24 * 60 * 60 * 1_000;

/**
 * A process that holds a lock, and the purpose for which it does. `isKnownToLive` is false for a process of another container
 * until it touches its file, which takes at most two seconds.
 * @typedef {{ readonly pid: number, readonly purpose: string, readonly isKnownToLive: boolean }} Holder
 */

/**
 * A lock that this process holds.
 * @typedef {object} Lock
 * @property {(pid: number) => void} share Adds a holder: the lock then lasts until both processes have ended. Only this process
 * touches the file of the other one. So if this process is killed, processes in other containers respect the other one for ten
 * more seconds only.
 * @property {() => void} release Releases the lock for all of its holders.
 */

/**
 * What is known about a holder by its file.
 * @typedef {"live" | "stale" | "unknown"} State
 * @typedef {(file: string) => State} Watch
 */

/**
 * The identity in a holder's file name. Earlier versions wrote no place.
 * @typedef {ProcessIdentity & { readonly place: string | undefined }} PlacedIdentity
 */

/** @typedef {import("./processIdentity.mjs").ProcessIdentity} ProcessIdentity */

/** The start time of this process cannot be read. The message is one sentence for the user. */
export class IdentityError extends Error {}

/**
 * Takes a lock for this process; its parent folder must exist. Returns the lock, or a live process that holds it. A waiter
 * passes the same `watch` in each attempt.
 * @param {string} folder
 * @param {string} purpose
 * @param {Watch} watch
 * @returns {{ readonly lock: Lock } | { readonly holder: Holder }}
 */
export function takeLock(folder, purpose, watch = watchFiles()) {
  const draft = `${folder}.draft-${randomUUID()}`;
  /** @type {string[]} */
  const names = [];
  /**
   * @param {string} place
   * @param {ProcessIdentity} identity
   */
  const add = (place, identity) => {
    names.push(fileOf(identity));
    writeFileSync(path.join(place, fileOf(identity)), purpose);
  };
  const own = identifyProcess(process.pid);
  if (own === undefined) {
    throw new IdentityError(
      `Cannot read the start time of process ${process.pid}, which the lock ${folder} needs: make ${process.platform === "linux" ? "/proc" : "the program ps"} available, then run this command again.`,
    );
  }
  mkdirSync(draft);
  try {
    add(draft, own);
    while (!renamedOnto(draft, folder)) {
      const holder = holderOfFile(folder) ?? liveHolder(folder, watch);
      if (holder !== undefined) return { holder };
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  removeDrafts(folder);
  const touching = setInterval(() => touch(folder, names), touchMilliseconds).unref();
  return {
    lock: {
      share: (pid) => {
        const identity = identifyProcess(pid);
        if (identity !== undefined) add(folder, identity);
      },
      release: () => {
        clearInterval(touching);
        release(folder, names);
      },
    },
  };
}

/**
 * Returns a function that checks a file: "live" if the file has changed between two checks, "stale" if it has not changed for
 * ten seconds or is gone, else "unknown". Call it regularly, because it counts at most one second between two checks.
 * @returns {Watch}
 */
export function watchFiles() {
  /** @type {Map<string, { changed: number, at: number, unchanged: number, state: State }>} */
  const seen = new Map();
  return (file) => {
    const changed = ifThere(() => statSync(file).mtimeMs);
    if (changed === undefined) return "stale";
    const at = performance.now();
    const last = seen.get(file) ?? { changed, at, unchanged: 0, state: "unknown" };
    const isSame = changed === last.changed;
    const unchanged = isSame ? last.unchanged + Math.min(at - last.at, maxCountedMilliseconds) : 0;
    const state = unchanged > staleMilliseconds ? "stale" : isSame ? last.state : "live";
    seen.set(file, { changed, at, unchanged, state });
    return state;
  };
}

/**
 * Runs one holder of a lock at a time; creates its parent folder. While another process is known to hold the lock, calls `onHeld`
 * every 50 ms with that process and the number of earlier calls. An error thrown by `onHeld` ends the wait.
 * @template T
 * @param {string} folder
 * @param {(lock: Lock) => Promise<T>} run
 * @param {{ readonly purpose?: string, readonly onHeld?: (holder: Holder, calls: number) => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, run, { purpose = "", onHeld = () => undefined } = {}) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const lock = await waitForLock(folder, purpose, onHeld);
  try {
    return await run(lock);
  } finally {
    lock.release();
  }
}

/**
 * @param {string} folder
 * @param {string} purpose
 * @param {(holder: Holder, calls: number) => void} onHeld
 */
async function waitForLock(folder, purpose, onHeld) {
  const watch = watchFiles();
  for (let calls = 0; ; ) {
    const taken = takeLock(folder, purpose, watch);
    if ("lock" in taken) return taken.lock;
    if (taken.holder.isKnownToLive) onHeld(taken.holder, calls++);
    await sleep(pollMilliseconds);
  }
}

/**
 * @param {string} draft
 * @param {string} folder
 */
function renamedOnto(draft, folder) {
  try {
    renameSync(draft, folder);
    return true;
  } catch (error) {
    // ENOTDIR: an earlier version of this program kept its lock in a file.
    if (!isSystemError(error) || !["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(error.code)) throw error;
    return false;
  }
}

/**
 * @param {string} folder
 * @param {string[]} names
 */
function release(folder, names) {
  for (const name of names) rmSync(path.join(folder, name), { force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    // Another process holds it, or the parent folder was deleted.
    if (!isSystemError(error) || !["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}

/**
 * Returns a live process that holds the lock, and removes the files of dead ones.
 * @param {string} folder
 * @param {Watch} watch
 * @returns {Holder | undefined}
 */
function liveHolder(folder, watch) {
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    const identity = identityOf(name);
    const state = identity === undefined ? "stale" : stateOf(identity, file, watch);
    if (identity === undefined || state === "stale") {
      rmSync(file, { recursive: true, force: true });
      continue;
    }
    const purpose = readIfThere(file);
    // Without the file, the process has released the lock in the meantime.
    if (purpose !== undefined) return { pid: identity.pid, purpose, isKnownToLive: state === "live" };
  }
  return undefined;
}

/**
 * @param {PlacedIdentity} identity
 * @param {string} file
 * @param {Watch} watch
 */
function stateOf(identity, file, watch) {
  if (identity.place === placeOfThisProcess()) return isSameProcess(identity) ? "live" : "stale";
  // Earlier versions wrote no namespace, and did not touch their files.
  return identity.place === undefined && isSameProcess(identity) ? "live" : watch(file);
}

/**
 * Returns the live process that holds the lock in the way of earlier versions, whose lock is a file with the process ID. Other
 * checkouts may have such a version and share the caches of the user. Deletes the file of a dead process.
 * @param {string} file
 * @returns {Holder | undefined}
 */
function holderOfFile(file) {
  if (ifThere(() => statSync(file).isFile()) !== true) return undefined;
  const record = parsed(readIfThere(file) ?? "");
  const { pid, startTime } = record?.process ?? record ?? {};
  if (pid !== undefined && startTime !== undefined && isSameProcess({ pid, startTime })) {
    return { pid, purpose: record?.command ?? "", isKnownToLive: true };
  }
  try {
    unlinkSync(file);
  } catch (error) {
    // Another process has deleted it. That process may already hold the lock, as a folder.
    if (ifThere(() => statSync(file).isFile()) === true) throw error;
  }
  return undefined;
}

/**
 * @param {string} text
 * @returns {(Partial<ProcessIdentity> & { process?: Partial<ProcessIdentity>, command?: string }) | undefined}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Deletes the drafts of processes that were killed before they renamed them.
 * @param {string} folder
 */
function removeDrafts(folder) {
  const prefix = `${path.basename(folder)}.draft-`;
  try {
    for (const name of namesIn(path.dirname(folder)).filter((name) => name.startsWith(prefix))) {
      const draft = path.join(path.dirname(folder), name);
      const changed = ifThere(() => statSync(draft).mtimeMs);
      if (changed !== undefined && Date.now() - changed > draftMilliseconds)
        rmSync(draft, { recursive: true, force: true });
    }
  } catch {
    // This process already holds the lock. The draft of another user remains, which does no harm.
  }
}

/**
 * @param {string} folder
 * @param {string[]} names
 */
function touch(folder, names) {
  const now = new Date();
  // Earlier versions of the toolchain look at the folder instead of its files.
  ifThere(() => utimesSync(folder, now, now));
  for (const name of names) {
    const identity = identityOf(name);
    // The file of a process that shares the lock stays behind when that process ends.
    if (identity !== undefined && isSameProcess(identity))
      ifThere(() => utimesSync(path.join(folder, name), now, now));
  }
}

/** @param {ProcessIdentity} identity */
function fileOf({ pid, startTime }) {
  return [String(pid), encoded(startTime), encoded(placeOfThisProcess())].join(" ");
}

/**
 * @param {string} name
 * @returns {PlacedIdentity | undefined}
 */
function identityOf(name) {
  const [, pid, startTime, place] = /^(\d+) ([\w-]+)(?: ([\w-]+))?$/.exec(name) ?? [];
  if (pid === undefined || startTime === undefined) return undefined;
  return { pid: Number(pid), startTime: decoded(startTime), place: place && decoded(place) };
}

/** @type {string | undefined} */
let knownPlace;

/** Returns the boot ID and the process namespace, in which process IDs are unique; without /proc, the host name. */
function placeOfThisProcess() {
  knownPlace ??= findPlace();
  return knownPlace;
}

function findPlace() {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return `${process.platform}:${hostname()}`;
  }
}

/** @param {string} text */
const encoded = (text) => Buffer.from(text).toString("base64url");
/** @param {string} text */
const decoded = (text) => Buffer.from(text, "base64url").toString();

/** @param {string} folder */
const namesIn = (folder) => ifThere(() => readdirSync(folder)) ?? [];
/** @param {string} file */
const readIfThere = (file) => ifThere(() => readFileSync(file, "utf8"));

/**
 * Returns the result, or undefined if another process has deleted the file or folder.
 * @template T
 * @param {() => T} read
 */
function ifThere(read) {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error) && ["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Returns whether Node.js reports an error of the operating system, such as ENOENT.
 * @param {unknown} error
 * @returns {error is Error & { code: string, path?: string }}
 */
export function isSystemError(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
