import { timeOfEndedProcesses } from "../processTime";
import { median } from "../sql/support";

/** Runs that record the CPU time of the processes that they start. Only one may run at a time. */
export class CpuTime {
  readonly #times: Record<string, number[]> = {};

  /** Returns the runs, each wrapped so that its CPU time is recorded. */
  of(works: Readonly<Record<string, () => Promise<unknown>>>): Record<string, () => Promise<void>> {
    const watch = (name: string, work: () => Promise<unknown>) => async () => {
      const begin = timeOfEndedProcesses();
      await work();
      const times = this.#times[name] ?? [];
      this.#times[name] = [...times, timeOfEndedProcesses() - begin];
    };
    return Object.fromEntries(Object.entries(works).map(([name, work]) => [name, watch(name, work)]));
  }

  /** Returns the median CPU time of each run, in milliseconds. */
  medians(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#times).map(([name, times]) => [name, median(times)]));
  }
}
