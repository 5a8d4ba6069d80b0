import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** Which plugins the engine runs for aws, supabase and postgresql. */
export type PluginChoice = "stand-ins" | "official";

const markerIn = (directory: string) => path.join(directory, "official-plugins");

/** Returns the choice of the last `npm start` in this environment. */
export function chosenPlugins(directory: string): PluginChoice {
  return existsSync(markerIn(directory)) ? "official" : "stand-ins";
}

export async function choosePlugins(directory: string, choice: PluginChoice): Promise<void> {
  if (choice === "official") await writeFile(markerIn(directory), "");
  else await rm(markerIn(directory), { force: true });
}
