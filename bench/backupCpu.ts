import { readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second on every machine. */
const ticksPerSecond = 100;

/** CPU seconds by process. */
export interface CpuSeconds {
  /** The started programs, and this process. */
  readonly programs: number;
  /** The PostgreSQL servers, from their ended processes. */
  readonly servers: number;
  /** The S3 server. */
  readonly store: number;
}

/** Process ids of the servers whose CPU time is part of the measurement. */
export interface MeasuredServers {
  readonly postgres: readonly number[];
  readonly store: number;
}

export interface Measured {
  readonly seconds: number;
  readonly cpu: CpuSeconds;
}

/** Runs the work and returns its duration and its CPU time, here and in the servers. Linux only. */
export async function measure(servers: MeasuredServers, work: () => Promise<unknown>): Promise<Measured> {
  const begin = readCpu(servers);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  // The server counts a session only when its process has ended.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const end = readCpu(servers);
  const cpu = {
    programs: round(end.programs - begin.programs),
    servers: round(end.servers - begin.servers),
    store: round(end.store - begin.store),
  };
  return { seconds: round(seconds), cpu };
}

/** Returns the median of each number over several runs. */
export function medianOf(runs: readonly Measured[]): Measured & { readonly cpuSeconds: number } {
  const middle = (read: (run: Measured) => number): number =>
    runs.map(read).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? Number.NaN;
  return {
    seconds: middle(({ seconds }) => seconds),
    cpuSeconds: round(middle(({ cpu }) => cpu.programs + cpu.servers + cpu.store)),
    cpu: {
      programs: middle(({ cpu }) => cpu.programs),
      servers: middle(({ cpu }) => cpu.servers),
      store: middle(({ cpu }) => cpu.store),
    },
  };
}

function readCpu({ postgres, store }: MeasuredServers): CpuSeconds {
  return {
    programs: cpuOf("self"),
    servers: postgres.reduce((sum, pid) => sum + cpuOf(String(pid)), 0),
    store: cpuOf(String(store)),
  };
}

/** Returns the CPU time of a process and its ended children: fields 14 to 17 of proc(5), where the name is field 2. */
function cpuOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
