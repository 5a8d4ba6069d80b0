import { readdirSync } from "node:fs";
import path from "node:path";
import { databaseDirectories } from "../../emulators/managementApi/state/store";
import { s3Registry } from "../../emulators/s3";

/** The folder of each service of a local environment, below its folder `services`. */
export const serviceDirectories = (services: string) => ({
  supabase: path.join(services, "supabase"),
  aws: path.join(services, "aws"),
  keeper: path.join(services, "keeper"),
});

/** The folder of the object server of a region; undefined stands for the region that most stacks use. */
export const s3Directory = (services: string, region?: string) =>
  path.join(services, region === undefined ? "s3" : `s3-${region}`);

/** The folders of all object servers that were ever started there. */
export function s3Directories(services: string): string[] {
  let names: string[];
  try {
    names = readdirSync(services);
  } catch {
    return [];
  }
  return names.filter((name) => /^s3(-|$)/.test(name)).map((name) => path.join(services, name));
}

/** Every folder that holds records of background processes (`process.ts`), except the keeper's own. */
export function serviceRegistries(services: string): string[] {
  const { supabase, aws } = serviceDirectories(services);
  return [supabase, ...databaseDirectories(supabase), aws, ...s3Directories(services).map(s3Registry)];
}
