// Distinguishes a process from a later one with the same id. Plain JavaScript without packages, because local/packages.mjs
// uses it before any are installed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A process, distinguishable from a later one with the same id. The start time is as the system reports it, for equality
 * checks only.
 * @typedef {{ readonly pid: number, readonly startTime: string }} ProcessIdentity
 */

/**
 * Returns the identity of a live process; undefined if no process has that id. A zombie whose last thread has ended does
 * not count as live.
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identifyProcess(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const startTime = process.platform === "linux" ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** @param {ProcessIdentity} identity */
export function isSameProcess(identity) {
  const found = identifyProcess(identity.pid);
  return found !== undefined && found.startTime === identity.startTime;
}

/** @param {number} pid */
function startTimeFromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses, which may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A killed process is a zombie once its main thread has ended, but keeps its files and ports until the last thread has.
    const threads = Number(fields[17]);
    if (fields[0] === "X" || (fields[0] === "Z" && threads <= 1)) return undefined;
    const ticksSinceBoot = fields[19];
    return ticksSinceBoot === undefined ? undefined : `${bootId()}+${ticksSinceBoot}`;
  } catch {
    return undefined;
  }
}

/** @type {string | undefined} */
let knownBootId;

function bootId() {
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return knownBootId;
}

/** @param {number} pid */
function startTimeFromPs(pid) {
  try {
    const output = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return output === "" || output.startsWith("Z") ? undefined : output.slice(output.indexOf(" ") + 1).trim();
  } catch {
    return undefined;
  }
}
