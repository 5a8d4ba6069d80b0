// The processes that hold a lock: one file each, named after the process.
import { readFileSync, readlinkSync, rmSync, statSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { ifThere, namesIn, readIfThere } from "./files.mjs";
import { isSameProcess } from "./identity.mjs";

/** If a holder's file does not change for this long, a waiter considers the holder dead. */
const staleMilliseconds = 10_000;
/** The maximum time counted between two checks, because the machine may have been suspended. */
const maxCountedMilliseconds = 1_000;

/** @typedef {import("./identity.mjs").ProcessIdentity} ProcessIdentity */

/**
 * A process that holds a lock, and the purpose for which it does. `isKnownToLive` is false for a process of another container
 * until it touches its file, which takes at most two seconds.
 * @typedef {{ readonly pid: number, readonly purpose: string, readonly isKnownToLive: boolean }} Holder
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
 * Returns a live process that holds the lock, and removes the files of dead ones.
 * @param {string} folder
 * @param {Watch} watch
 * @returns {Holder | undefined}
 */
export function liveHolder(folder, watch) {
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
export function holderOfFile(file) {
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

/** @param {ProcessIdentity} identity */
export function fileOf({ pid, startTime }) {
  return [String(pid), encoded(startTime), encoded(placeOfThisProcess())].join(" ");
}

/**
 * @param {string} name
 * @returns {PlacedIdentity | undefined}
 */
export function identityOf(name) {
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
