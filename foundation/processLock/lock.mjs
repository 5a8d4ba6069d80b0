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
import { mkdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ifThere, isSystemError, namesIn } from "./files.mjs";
import { fileOf, holderOfFile, identityOf, liveHolder, watchFiles } from "./holders.mjs";
import { identifyProcess, isSameProcess } from "./identity.mjs";

const pollMilliseconds = 50;
const touchMilliseconds = 2_000;
/** A draft exists for milliseconds. A draft of this age was left by a killed process. */
const draftMilliseconds = 24 * 60 * 60 * 1_000;

/** @typedef {import("./holders.mjs").Holder} Holder */
/** @typedef {import("./holders.mjs").Watch} Watch */
/** @typedef {import("./identity.mjs").ProcessIdentity} ProcessIdentity */

/**
 * A lock that this process holds.
 * @typedef {object} Lock
 * @property {(pid: number) => void} share Adds a holder: the lock then lasts until both processes have ended. Only this process
 * touches the file of the other one. So if this process is killed, processes in other containers respect the other one for ten
 * more seconds only.
 * @property {() => void} release Releases the lock for all of its holders.
 */

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
