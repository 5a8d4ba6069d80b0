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
  /** What new databases are made with. */
  readonly postgresql: PostgresInstallation;
}

/**
 * Installs what is missing and starts what does not run: the Management API with its databases, S3, the rest of AWS, and the
 * keeper that ends them when their folder is deleted. Claims the folder first, so that `npm run down` finds them.
 */
export async function startServices(
  paths: LocalPaths,
  progress: (line: string) => void,
): Promise<LocalServices> {
  await claimDirectory(paths.directory);
  // Here, where progress can be shown, and not in the API's background process.
  const postgresql = await requireMachine(thisMachine(paths.directory, progress));
  await ensureTemplate(postgresql, progress);
  const directories = serviceDirectories(paths.services);
  const supabase = await startSupabaseApi({
    directory: directories.supabase,
    accessToken: localAccessToken,
    postgresqlBin: postgresql.binDirectory,
  });
  const stores: Record<string, string> = {};
  // An object server takes requests that are signed for one region, so each region has one of its own.
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

/** Ends every service of this environment, databases included. */
export async function stopServices(paths: LocalPaths): Promise<void> {
  await stopKeeper(paths);
  const { supabase, aws } = serviceDirectories(paths.services);
  await Promise.all([stopSupabaseApi(supabase), stopAws(aws), ...s3Directories(paths.services).map(stopS3)]);
}
