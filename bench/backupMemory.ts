// Peak memory of a backup, all its processes together, at a tenth, the whole and twice of a size. Prints a line of JSON each.
// Run: npx tsx bench/backupMemory.ts [gigabytes of a plain dump; default 1]
import { readdirSync, readFileSync } from "node:fs";
import { growTo, sizeArgument, startBackup, startWorkbench, untilItEnds } from "./backupSupport";

const targetMebibytes = 160;
const sampleMilliseconds = 20;

/** A process and everything that it started. Linux only. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readProcess(Number(name), "stat");
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const members = [pid];
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child);
  }
  return members;
}

/** Resident memory, in which pages that several processes share count once for each: more than is really used. */
function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readProcess(pid, "status"))?.[1] ?? 0) * 1024;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

async function main(): Promise<void> {
  const bytes = sizeArgument(1);
  const bench = await startWorkbench();
  try {
    for (const part of [0.1, 1, 2]) {
      await growTo(bench.postgres, bytes * part);
      const program = startBackup(["run"], bench.environment);
      let peak = 0;
      const sampling = setInterval(() => {
        const sum = family(program.pid ?? 0).reduce((total, pid) => total + residentBytes(pid), 0);
        peak = Math.max(peak, sum);
      }, sampleMilliseconds);
      await untilItEnds(program).finally(() => clearInterval(sampling));
      const peakMebibytes = Math.round(peak / 1024 / 1024);
      const gigabytes = Number(((bytes * part) / 1e9).toFixed(2));
      console.log(JSON.stringify({ bench: "backupMemory", gigabytes, peakMebibytes, targetMebibytes }));
    }
  } finally {
    await bench.remove();
  }
}

void main();
