import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Returns every live process, other than this one, whose command line or environment contains the text. Linux only. */
export function leftoverProcesses(text: string): RunningProcess[] {
  return runningProcesses().filter(
    ({ pid, command }) =>
      pid !== process.pid && `${command}\n${readProcessFile(pid, "environ")}`.includes(text),
  );
}

/**
 * Waits until no process has the text in its command line or environment. Fails after ten seconds. A plugin ends a moment
 * after the CLI that started it.
 */
export async function expectNoProcesses(text: string): Promise<void> {
  // Benchmarks also use this file, and vitest is not available outside of tests.
  const { expect } = await import("vitest");
  await expect.poll(() => leftoverProcesses(text), { timeout: 10_000, interval: 50 }).toEqual([]);
}

/** Returns every live child of a process. Linux only. */
export function childrenOf(parent: number): RunningProcess[] {
  return runningProcesses().filter((entry) => entry.parent === parent);
}

/**
 * Returns the PostgreSQL servers whose data directory is below a folder. Skips sessions that a server has just forked, which
 * still have its command line but have the server as parent. Linux only.
 */
export function serversBelow(folder: string): RunningProcess[] {
  const processes = runningProcesses().filter(({ command }) => command.includes(`-D ${folder}`));
  const pids = new Set(processes.map(({ pid }) => pid));
  return processes.filter(({ parent }) => !pids.has(parent));
}

function runningProcesses(): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      // Reads the parent first: a process that ends between the two reads has no command line and is skipped.
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(readProcessFile(pid, "status"))?.[1]);
      const command = readProcessFile(pid, "cmdline").replaceAll("\0", " ").trim();
      // A zombie, which has ended, has no command line either.
      return command === "" ? [] : [{ pid, parent, command }];
    });
}

function readProcessFile(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** Returns the addresses of all TCP sockets on which these processes listen. Linux only. */
export function listeningAddresses(processes: readonly RunningProcess[]): string[] {
  const inodes = new Set(processes.flatMap(({ pid }) => socketInodes(pid)));
  return [...listenersOf("/proc/net/tcp", ipv4), ...listenersOf("/proc/net/tcp6", (hex) => `[${hex}]`)]
    .filter(({ inode }) => inodes.has(inode))
    .map(({ address }) => address);
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    // It ended or closed the file meanwhile.
    return [];
  }
}

/** Returns the sockets in state LISTEN (0A) from a table of the kernel. */
function listenersOf(table: string, format: (hex: string) => string): { address: string; inode: string }[] {
  return readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A")
    .map((fields) => ({ address: format(fields[1]?.split(":")[0] ?? ""), inode: fields[9] ?? "" }));
}

/** Returns an IPv4 address. The kernel prints its four bytes in the machine's byte order: little-endian. */
function ipv4(hex: string): string {
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}
