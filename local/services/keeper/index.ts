import { mkdirSync } from "node:fs";
import path from "node:path";
import { runningService, startService, stopService } from "../../../emulators/process";
import { checkoutRoot } from "../../../foundation/checkout";
import type { LocalPaths } from "../../environment";
import { serviceDirectories } from "../registries";

const name = "keeper";

/** Starts the process that stops an environment's services when its folder is deleted, unless it runs already. */
export async function startKeeper({ directory, services }: LocalPaths): Promise<void> {
  const { keeper } = serviceDirectories(services);
  mkdirSync(keeper, { recursive: true });
  const command = [process.execPath, path.join(checkoutRoot(), "dist", "services", "keeper.cjs")] as const;
  const running = runningService(keeper, name);
  if (running !== undefined && JSON.stringify(running.command) === JSON.stringify(command)) return;
  await stopService(keeper, name);
  await startService(keeper, { name, command, cwd: directory, log: path.join(keeper, `${name}.log`) });
}

/** Stops that process. Call this before deleting the folder. */
export async function stopKeeper({ services }: LocalPaths): Promise<void> {
  await stopService(serviceDirectories(services).keeper, name);
}
