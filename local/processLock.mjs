// The lock of the local stack: it ends with the processes that hold it, on this machine and across containers that share the
// folder. Plain JavaScript without packages, because local/packages.mjs uses it before any are installed.
//
// The lock is a folder with a file per holder, named after the process. A folder can be renamed only onto an empty folder,
// so the kernel decides which of several processes gets the lock. A process that removes the file of a dead holder can never
// remove that of a live one, because the names differ.
//
// The kernel also says whether a holder lives, if it has the same process numbers as this process. The numbers of another
// container or machine mean nothing here, so each holder touches its file regularly, and a file that nobody touches is dead.
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
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess, isSameProcess } from "./processIdentity.mjs";

const pollMilliseconds = 50;
const touchMilliseconds = 2_000;
/** Files that were not touched for this long are dead, as are drafts. */
const staleMilliseconds = 10_000;

/** Takes a lock for this process; the folder around it must exist. Returns the lock, or a live process that holds it. */
export function takeLock(folder, purpose) {
  const draft = `${folder}.draft-${randomUUID()}`;
  const names = [];
  const add = (place, pid) => {
    const identity = identifyProcess(pid);
    if (identity === undefined) return;
    names.push(fileOf(identity));
    writeFileSync(path.join(place, fileOf(identity)), purpose);
  };
  mkdirSync(draft);
  try {
    add(draft, process.pid);
    while (!renamedOnto(draft, folder)) {
      const holder = liveHolder(folder);
      if (holder !== undefined) return { holder };
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  removeDrafts(folder);
  const touching = setInterval(() => touch(folder, names), touchMilliseconds).unref();
  return {
    lock: {
      share: (pid) => add(folder, pid),
      release: () => {
        clearInterval(touching);
        release(folder, names);
      },
    },
  };
}

/**
 * Runs one holder of a lock at a time; creates the folder around it. `onHeld` is called with the holder at each attempt that
 * finds one, every 50 ms, and with the number of attempts before; what it throws ends the wait.
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

async function waitForLock(folder, purpose, onHeld) {
  for (let attempt = 0; ; attempt++) {
    const taken = takeLock(folder, purpose);
    if ("lock" in taken) return taken.lock;
    onHeld(taken.holder, attempt);
    await sleep(pollMilliseconds);
  }
}

function renamedOnto(draft, folder) {
  try {
    renameSync(draft, folder);
    return true;
  } catch (error) {
    // ENOTDIR: an earlier version of this program kept its lock in a file.
    if (error.code === "ENOTDIR") rmSync(folder, { force: true });
    else if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    return false;
  }
}

function release(folder, names) {
  for (const name of names) rmSync(path.join(folder, name), { force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    // Another process holds it, or the parent folder was deleted.
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  }
}

/** Returns a live process that holds the lock, and removes the files of dead ones. */
function liveHolder(folder) {
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    const identity = identityOf(name);
    if (identity !== undefined && isLive(identity, file)) {
      return { pid: identity.pid, purpose: readIfThere(file) };
    }
    rmSync(file, { recursive: true, force: true });
  }
  return undefined;
}

function isLive(identity, file) {
  return identity.place === placeOfThisProcess() ? isSameProcess(identity) : !isStale(file);
}

/** Deletes what takers left that were killed between creating and renaming their draft. */
function removeDrafts(folder) {
  const prefix = `${path.basename(folder)}.draft-`;
  for (const name of namesIn(path.dirname(folder))) {
    const draft = path.join(path.dirname(folder), name);
    if (name.startsWith(prefix) && isStale(draft)) rmSync(draft, { recursive: true, force: true });
  }
}

function touch(folder, names) {
  const now = new Date();
  for (const name of names) {
    const identity = identityOf(name);
    // The file of a process that shares the lock stays behind when that process ends.
    if (identity !== undefined && isSameProcess(identity))
      ifThere(() => utimesSync(path.join(folder, name), now, now));
  }
}

function isStale(file) {
  const changed = ifThere(() => statSync(file).mtimeMs);
  return changed === undefined || Date.now() - changed > staleMilliseconds;
}

function fileOf({ pid, startTime }) {
  return [String(pid), encoded(startTime), encoded(placeOfThisProcess())].join(" ").trimEnd();
}

function identityOf(name) {
  const [, pid, startTime, place] = /^(\d+) ([\w-]+)(?: ([\w-]+))?$/.exec(name) ?? [];
  if (pid === undefined || startTime === undefined) return undefined;
  // Earlier versions named no place.
  const known = place === undefined ? placeOfThisProcess() : decoded(place);
  return { pid: Number(pid), startTime: decoded(startTime), place: known };
}

let knownPlace;

/** Returns the boot of the machine and the namespace in which process numbers mean the same; empty without /proc. */
function placeOfThisProcess() {
  knownPlace ??= findPlace();
  return knownPlace;
}

function findPlace() {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

const encoded = (text) => Buffer.from(text).toString("base64url");
const decoded = (text) => Buffer.from(text, "base64url").toString();

const namesIn = (folder) => ifThere(() => readdirSync(folder)) ?? [];
const readIfThere = (file) => ifThere(() => readFileSync(file, "utf8")) ?? "";

/** Returns the result, or undefined if another process has deleted what it is about. */
function ifThere(read) {
  try {
    return read();
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
