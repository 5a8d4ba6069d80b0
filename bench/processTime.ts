import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second on every machine. */
const millisecondsPerTick = 10;

/** User and system time of a process and of its ended children, in milliseconds. */
interface ProcessTime {
  readonly own: number;
  readonly endedChildren: number;
}

const unknownTime: ProcessTime = { own: Number.NaN, endedChildren: Number.NaN };

/** Reads a process's CPU time. Linux only; elsewhere both are NaN. */
function timeOf(pid: number | "self"): ProcessTime {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return unknownTime;
  }
  // After the name in parentheses: utime, stime, cutime and cstime are fields 14 to 17 of proc(5), where the name is field 2.
  const [user, system, childrenUser, childrenSystem] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return {
    own: ((user ?? Number.NaN) + (system ?? Number.NaN)) * millisecondsPerTick,
    endedChildren: ((childrenUser ?? Number.NaN) + (childrenSystem ?? Number.NaN)) * millisecondsPerTick,
  };
}

/** Returns the CPU time in milliseconds of all ended descendants of this process. */
export function timeOfEndedProcesses(): number {
  return timeOf("self").endedChildren;
}

/** Returns the CPU time in milliseconds of a PostgreSQL server: of all its sessions, and of its own processes. */
export function timeOfServer(postmaster: number): number {
  let children: number[] = [];
  try {
    const list = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8");
    children = list.split(" ").filter(Boolean).map(Number);
  } catch {
    return Number.NaN;
  }
  const { own, endedChildren } = timeOf(postmaster);
  // A process that has just ended is counted with the ended ones in the next call.
  const running = children.map((pid) => timeOf(pid).own).filter((time) => !Number.isNaN(time));
  return [...running, own, endedChildren].reduce((sum, time) => sum + time, 0);
}
