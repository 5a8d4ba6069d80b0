// Measures the peak memory of all processes of a backup for a tenth, the whole and twice a size, and with a row of 200 MB. Prints
// one line of JSON each.
// Run: npx tsx bench/backupMemory.ts [gigabytes of a plain dump; default 1]

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { findTools } from "../backup/postgres/tools";
import { majorOf } from "../tests/support/cluster";
import { growTo, startBackup, untilItEnds, type Workbench, withWorkbench } from "./backupSupport";

const targetMebibytes = 160;
/** Size of the row as COPY writes it. */
const largeRowBytes = 200_000_000;
/** Target: memory in addition to that of `pg_dump` for the same database. */
const targetOverPgDumpMebibytes = 100;
const sampleMilliseconds = 20;

/** Returns a process and all its descendants. Linux only. */
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

/** Returns the resident memory. Counts shared pages once per process, so it is an upper bound. */
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

/** Waits for a program to end and returns its peak memory, including all its descendants, in MiB. */
async function peakOf(program: ChildProcess): Promise<number> {
  let peak = 0;
  const sampling = setInterval(() => {
    const sum = family(program.pid ?? 0).reduce((total, pid) => total + residentBytes(pid), 0);
    peak = Math.max(peak, sum);
  }, sampleMilliseconds);
  await untilItEnds(program).finally(() => clearInterval(sampling));
  return Math.round(peak / 1024 / 1024);
}

/** Measures a backup and a plain `pg_dump` of a table with one large row. */
async function measureLargeRow({ environment, postgres }: Workbench): Promise<void> {
  await postgres.query(
    "drop schema shop cascade; create schema shop; create table shop.large (content text)",
  );
  await postgres.query("insert into shop.large select repeat('0123456789', $1::int)", [largeRowBytes / 10]);
  const { pgDump } = await findTools(await majorOf(postgres));
  const options = {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "pipe"] as const,
  };
  const pgDumpMebibytes = await peakOf(
    spawn(pgDump, ["--format=custom", "--compress=0"], { ...options, stdio: [...options.stdio] }),
  );
  const peakMebibytes = await peakOf(startBackup(["run"], environment));
  console.log(
    JSON.stringify({
      bench: "backupMemory",
      rowMegabytes: largeRowBytes / 1e6,
      peakMebibytes,
      pgDumpMebibytes,
      targetMebibytes: pgDumpMebibytes + targetOverPgDumpMebibytes,
    }),
  );
}

async function main(bench: Workbench, bytes: number): Promise<void> {
  let grown = 0;
  for (const part of [0.1, 1, 2]) {
    await growTo(bench.postgres, bytes * part - grown);
    grown = bytes * part;
    const peakMebibytes = await peakOf(startBackup(["run"], bench.environment));
    const gigabytes = Number((grown / 1e9).toFixed(2));
    console.log(JSON.stringify({ bench: "backupMemory", gigabytes, peakMebibytes, targetMebibytes }));
  }
  await measureLargeRow(bench);
}

void withWorkbench(main);
