import { readdirSync } from "node:fs";
import path from "node:path";
import { databaseDirectories } from "../../emulators/managementApi/state/store";
import { s3Registry } from "../../emulators/s3";

/** Returns the folders of an environment's services, relative to its folder `services`. */
export const serviceDirectories = (services: string) => ({
  supabase: path.join(services, "supabase"),
  aws: path.join(services, "aws"),
  keeper: path.join(services, "keeper"),
});

/** Returns the folder of a region's object server; undefined is the default region. */
export const s3Directory = (services: string, region?: string) =>
  path.join(services, region === undefined ? "s3" : `s3-${region}`);

/** Returns the folders of all object servers that were ever started there. */
export function s3Directories(services: string): string[] {
  let names: string[];
  try {
    names = readdirSync(services);
  } catch {
    return [];
  }
  return names.filter((name) => /^s3(-|$)/.test(name)).map((name) => path.join(services, name));
}

/** Returns every folder with records of background processes (`process.ts`), except the keeper's own. */
export function serviceRegistries(services: string): string[] {
  const { supabase, aws } = serviceDirectories(services);
  return [supabase, ...databaseDirectories(supabase), aws, ...s3Directories(services).map(s3Registry)];
}
