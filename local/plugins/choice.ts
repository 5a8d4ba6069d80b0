import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** Whose programs the engine runs as the plugins of aws, supabase and postgresql. */
export type PluginChoice = "stand-ins" | "official";

const markerIn = (directory: string) => path.join(directory, "official-plugins");

/** What the last `npm start` of a local environment chose. */
export function chosenPlugins(directory: string): PluginChoice {
  return existsSync(markerIn(directory)) ? "official" : "stand-ins";
}

export async function choosePlugins(directory: string, choice: PluginChoice): Promise<void> {
  if (choice === "official") await writeFile(markerIn(directory), "");
  else await rm(markerIn(directory), { force: true });
}
