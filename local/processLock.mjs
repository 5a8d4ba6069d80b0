// A lock that ends with the processes that hold it. Plain JavaScript without packages, because local/packages.mjs uses it
// before any are installed.
//
// The lock is a folder with a file per holder, named after the process. A folder can be renamed only onto an empty folder,
// so the kernel decides which of several processes gets the lock. A process that removes the file of a dead holder can never
// remove that of a live one, because the names differ.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { identifyProcess, isSameProcess } from "./processIdentity.mjs";

/** Takes a lock for this process; the folder around it must exist. Returns the lock, or a live process that holds it. */
export function takeLock(folder, purpose) {
  const draft = `${folder}.${process.pid}`;
  const names = [];
  const add = (place, pid) => {
    const identity = identifyProcess(pid);
    if (identity === undefined) return;
    names.push(fileOf(identity));
    writeFileSync(path.join(place, fileOf(identity)), purpose);
  };
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  add(draft, process.pid);
  try {
    while (!renamedOnto(draft, folder)) {
      const holder = liveHolder(folder);
      if (holder !== undefined) return { holder };
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { lock: { share: (pid) => add(folder, pid), release: () => release(folder, names) } };
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
  for (const name of filesOf(folder)) {
    const file = path.join(folder, name);
    const identity = identityOf(name);
    if (identity !== undefined && isSameProcess(identity)) {
      return { pid: identity.pid, purpose: readIfThere(file) };
    }
    rmSync(file, { recursive: true, force: true });
  }
  return undefined;
}

function fileOf({ pid, startTime }) {
  return `${pid} ${Buffer.from(startTime).toString("base64url")}`;
}

function identityOf(name) {
  const [, pid, startTime] = /^(\d+) ([\w-]+)$/.exec(name) ?? [];
  if (pid === undefined || startTime === undefined) return undefined;
  return { pid: Number(pid), startTime: Buffer.from(startTime, "base64url").toString() };
}

function filesOf(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
