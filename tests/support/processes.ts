import { readdirSync, readFileSync } from "node:fs";

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

function readProcessFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
