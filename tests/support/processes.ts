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
 * Waits until no process is left whose command line or environment contains the text, and fails after ten seconds. A plugin
 * ends a moment after the CLI that started it.
 */
export async function expectNoProcesses(text: string): Promise<void> {
  // Here, since benches use this file too, and outside of a test there is no vitest.
  const { expect } = await import("vitest");
  await expect.poll(() => leftoverProcesses(text), { timeout: 10_000, interval: 50 }).toEqual([]);
}

/** Returns every live child of a process. Linux only. */
export function childrenOf(parent: number): RunningProcess[] {
  return runningProcesses().filter((entry) => entry.parent === parent);
}

/**
 * Returns the PostgreSQL servers whose data directory is below a folder, each once: a session that the server has just
 * forked still has the server's command line, and the server as its parent. Linux only.
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
      // The parent first: a process that ends between the two reads has no command line and is left out.
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(readProcessFile(pid, "status"))?.[1]);
      const command = readProcessFile(pid, "cmdline").replaceAll("\0", " ").trim();
      // A zombie has no command line either: it has ended.
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

/** The addresses of all TCP sockets that these processes listen on. Linux only. */
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
    // It ended, or closed the file, while we looked.
    return [];
  }
}

/** The sockets in state LISTEN (0A) of a table of the kernel. */
function listenersOf(table: string, format: (hex: string) => string): { address: string; inode: string }[] {
  return readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A")
    .map((fields) => ({ address: format(fields[1]?.split(":")[0] ?? ""), inode: fields[9] ?? "" }));
}

/** The kernel prints the four bytes of an address in the order of the machine: little-endian. */
function ipv4(hex: string): string {
  return (hex.match(/../g) ?? [])
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}
