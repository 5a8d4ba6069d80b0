import { readdir } from "node:fs/promises";
import path from "node:path";
import { type LocalEndpoints, type LocalPaths, localAccessToken } from "../environment";
import { defaultRegion, regionOfStack, regionsOfStacks } from "../stack/regions";
import { type AwsService, startAws, stopAws } from "./aws";
import { chosenMajor, ensurePostgresInstalled, ensureTemplate, type PostgresInstallation } from "./postgres";
import { startS3, stopS3 } from "./s3";
import { databaseDirectories, type SupabaseApi, startSupabaseApi, stopSupabaseApi } from "./supabase";

/** Keys of the local object store. Public: it listens on loopback only. */
const s3Keys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret" } as const;

export interface LocalServices extends LocalEndpoints {
  readonly supabase: SupabaseApi;
  readonly aws: AwsService;
  /** What new databases are made with. */
  readonly postgresql: PostgresInstallation;
}

const directories = (paths: LocalPaths) => ({
  supabase: path.join(paths.services, "supabase"),
  aws: path.join(paths.services, "aws"),
});

/** An object server takes requests that are signed for one region, so each region has one of its own. */
const s3Directory = (paths: LocalPaths, region: string) =>
  path.join(paths.services, region === defaultRegion ? "s3" : `s3-${region}`);

/** Installs what is missing and starts whatever does not run: the Management API with its databases, S3, the rest of AWS. */
export async function startServices(
  paths: LocalPaths,
  progress: (line: string) => void,
): Promise<LocalServices> {
  // Here, where progress can be shown, and not in the API's background process.
  const major = chosenMajor(paths.directory);
  const postgresql = await ensurePostgresInstalled(progress, major === undefined ? {} : { major });
  await ensureTemplate(postgresql, progress);
  const services = directories(paths);
  const supabase = await startSupabaseApi({
    directory: services.supabase,
    accessToken: localAccessToken,
    postgresqlBin: postgresql.binDirectory,
  });
  const stores: Record<string, string> = {};
  for (const region of regionsOfStacks(paths.checkout)) {
    const directory = s3Directory(paths, region);
    stores[region] = (await startS3({ directory, ...s3Keys, region, progress })).endpoint;
  }
  const aws = await startAws({
    directory: services.aws,
    region: regionOfStack(paths.checkout, "local"),
    s3: { stores, ...s3Keys },
    progress,
  });
  return { supabase, aws, postgresql };
}

/** Returns the directories of the databases of this environment. */
export function databasesOf(paths: LocalPaths): string[] {
  return databaseDirectories(directories(paths).supabase);
}

/** Ends every service of this environment, databases included. */
export async function stopServices(paths: LocalPaths): Promise<void> {
  const { supabase, aws } = directories(paths);
  const names = await readdir(paths.services).catch(() => []);
  const stores = names.filter((name) => /^s3(-|$)/.test(name)).map((name) => path.join(paths.services, name));
  await Promise.all([stopSupabaseApi(supabase), stopAws(aws), ...stores.map(stopS3)]);
}
