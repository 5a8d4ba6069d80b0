import { readdirSync, readFileSync } from "node:fs";
import type { ReadableText } from "./leaks";

/** Interval between checks of the processes, in milliseconds. One that lives shorter may be missed. */
const interval = 20;

/** Returns the command lines of all processes that were seen while `work` ran. Linux only. */
export async function commandLinesDuring<T>(
  work: () => Promise<T>,
): Promise<{ result: T; commandLines: ReadableText[] }> {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) seen.add(commandLineOf(pid));
  };
  const timer = setInterval(look, interval);
  try {
    const result = await work();
    look();
    return {
      result,
      commandLines: [...seen].map((text) => ({ where: `argv of ${text.slice(0, 40)}`, text })),
    };
  } finally {
    clearInterval(timer);
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // It ended meanwhile.
    return "";
  }
}
