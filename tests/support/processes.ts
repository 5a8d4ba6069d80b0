import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Every live process, other than this one, whose command line or environment names the text. Linux only. */
export function leftoverProcesses(text: string): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const command = readProcessFile(name, "cmdline").replaceAll("\0", " ").trim();
      // A zombie has no command line; it has ended and only waits to be counted.
      if (command === "") return [];
      return `${command}\n${readProcessFile(name, "environ")}`.includes(text)
        ? [{ pid: Number(name), command }]
        : [];
    });
}

/** Every live process that this one has started and waits for. Linux only. */
export function childrenOf(parent: number): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => new RegExp(`^PPid:\\s+${parent}$`, "m").test(readProcessFile(name, "status")))
    .map((name) => ({
      pid: Number(name),
      command: readProcessFile(name, "cmdline").replaceAll("\0", " ").trim(),
    }));
}

function readProcessFile(pid: string, file: string): string {
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
