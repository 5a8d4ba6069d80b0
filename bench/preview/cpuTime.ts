import { readFileSync } from "node:fs";
import { median } from "../sql/support";

/** Linux counts in hundredths of a second, whatever the machine. */
const ticksPerSecond = 100;

/** CPU time in milliseconds of all processes that this one or their children have started and that have ended. */
function ofEndedProcesses(): number {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    // Only Linux tells.
    return Number.NaN;
  }
  // Behind the name, which is in brackets: cutime and cstime, 16 and 17 in proc(5), where the name is 2.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticksPerSecond;
}

/** Works that remember the CPU time of the processes that they start; one may run at a time. */
export class CpuTime {
  readonly #times: Record<string, number[]> = {};

  /** The same works, watched. */
  of(works: Readonly<Record<string, () => Promise<unknown>>>): Record<string, () => Promise<void>> {
    const watch = (name: string, work: () => Promise<unknown>) => async () => {
      const begin = ofEndedProcesses();
      await work();
      const times = this.#times[name] ?? [];
      this.#times[name] = [...times, ofEndedProcesses() - begin];
    };
    return Object.fromEntries(Object.entries(works).map(([name, work]) => [name, watch(name, work)]));
  }

  /** In milliseconds. */
  medians(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#times).map(([name, times]) => [name, median(times)]));
  }
}
