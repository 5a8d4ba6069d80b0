import { type AwsService, startAws, stopAws } from "../../emulators/aws";
import {
  databaseDirectories,
  type SupabaseApi,
  startSupabaseApi,
  stopSupabaseApi,
} from "../../emulators/managementApi";
import { ensureTemplate, type PostgresInstallation } from "../../emulators/postgres";
import { startS3, stopS3 } from "../../emulators/s3";
import { claimDirectory } from "../directory";
import { type LocalEndpoints, type LocalPaths, localAccessToken } from "../environment";
import { defaultRegion, regionOfStack, regionsOfStacks } from "../stack/regions";
import { startKeeper, stopKeeper } from "./keeper";
import { requireMachine, thisMachine } from "./machine";
import { s3Directories, s3Directory, serviceDirectories } from "./registries";

/** Keys of the local object store. Public: it listens on loopback only. */
const s3Keys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret" } as const;

export interface LocalServices extends LocalEndpoints {
  readonly supabase: SupabaseApi;
  readonly aws: AwsService;
  /** The PostgreSQL installation for new databases. */
  readonly postgresql: PostgresInstallation;
}

/**
 * Installs what is missing and starts what is not running: the Management API with its databases, S3, the rest of AWS, and
 * the keeper, which stops them when their folder is deleted. Claims the folder first, so `npm run down` finds them.
 */
export async function startServices(
  paths: LocalPaths,
  progress: (line: string) => void,
): Promise<LocalServices> {
  await claimDirectory(paths.directory);
  // Installs here, where progress can be shown, not in the API's background process.
  const postgresql = await requireMachine(thisMachine(paths.directory, progress));
  await ensureTemplate(postgresql, progress);
  const directories = serviceDirectories(paths.services);
  const supabase = await startSupabaseApi({
    directory: directories.supabase,
    accessToken: localAccessToken,
    postgresqlBin: postgresql.binDirectory,
  });
  const stores: Record<string, string> = {};
  // An object server only accepts requests signed for its region, so each region has its own server.
  for (const region of regionsOfStacks(paths.checkout)) {
    const directory = s3Directory(paths.services, region === defaultRegion ? undefined : region);
    stores[region] = (await startS3({ directory, ...s3Keys, region, progress })).endpoint;
  }
  const aws = await startAws({
    directory: directories.aws,
    region: regionOfStack(paths.checkout, "local"),
    s3: { stores, ...s3Keys },
    progress,
  });
  await startKeeper(paths);
  return { supabase, aws, postgresql };
}

/** Returns the directories of the databases of this environment. */
export function databasesOf(paths: LocalPaths): string[] {
  return databaseDirectories(serviceDirectories(paths.services).supabase);
}

/** Stops every service of this environment, including the databases. */
export async function stopServices(paths: LocalPaths): Promise<void> {
  await stopKeeper(paths);
  const { supabase, aws } = serviceDirectories(paths.services);
  await Promise.all([stopSupabaseApi(supabase), stopAws(aws), ...s3Directories(paths.services).map(stopS3)]);
}
