import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export const drillFolderPrefix = "thorbis-drill-";
const ownerFile = "owner";

/** Records the owning process in a drill's folder, so another drill can detect that it is no longer needed. */
export async function noteOwner(folder: string): Promise<void> {
  await writeFile(path.join(folder, ownerFile), `${process.pid} ${startOf(process.pid) ?? ""}\n`);
}

/** Stops the servers and removes the folders of killed drills. */
export async function sweepKilledDrills(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(drillFolderPrefix)) continue;
    const folder = path.join(tmpdir(), name);
    const [pid = "", start = ""] = read(path.join(folder, ownerFile)).trim().split(" ");
    // A folder without an owner may be in creation.
    if (pid === "" || startOf(Number(pid)) === start) continue;
    const server = Number(read(path.join(folder, "data", "postmaster.pid")).split("\n")[0]);
    if (server > 0 && read(`/proc/${server}/cmdline`).includes(folder)) {
      process.kill(server, "SIGQUIT");
      await untilGone(server);
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Returns a process's start time in clock ticks since the system's start. Pids are reused, but a pid with its start
 * time is unique.
 */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat === "" ? undefined : stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (read(`/proc/${pid}/cmdline`) !== "" && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
