import path from "node:path";
import { type LocalEndpoints, type LocalPaths, localAccessToken } from "../environment";
import { type AwsService, startAws, stopAws } from "./aws";
import { ensurePostgresInstalled, ensureTemplate } from "./postgres";
import { startS3, stopS3 } from "./s3";
import { type SupabaseApi, startSupabaseApi, stopSupabaseApi } from "./supabase";

/** Keys of the local object store. Public: it listens on loopback only. */
const s3Keys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret" } as const;
const region = "us-east-1";

export interface LocalServices extends LocalEndpoints {
  readonly supabase: SupabaseApi;
  readonly aws: AwsService;
}

const directories = (paths: LocalPaths) => ({
  supabase: path.join(paths.services, "supabase"),
  s3: path.join(paths.services, "s3"),
  aws: path.join(paths.services, "aws"),
});

/** Installs what is missing and starts whatever does not run: the Management API with its databases, S3, the rest of AWS. */
export async function startServices(
  paths: LocalPaths,
  progress: (line: string) => void,
): Promise<LocalServices> {
  const { supabase: supabaseDirectory, s3: s3Directory, aws: awsDirectory } = directories(paths);
  // Here, where progress can be shown, and not in the API's background process.
  await ensureTemplate(await ensurePostgresInstalled(progress), progress);
  const supabase = await startSupabaseApi({ directory: supabaseDirectory, accessToken: localAccessToken });
  const s3 = await startS3({ directory: s3Directory, ...s3Keys, region, progress });
  const aws = await startAws({
    directory: awsDirectory,
    s3: { endpoint: s3.endpoint, ...s3Keys, region },
    progress,
  });
  return { supabase, aws };
}

/** Ends every service of this environment, databases included. */
export async function stopServices(paths: LocalPaths): Promise<void> {
  const { supabase, s3, aws } = directories(paths);
  await Promise.all([stopSupabaseApi(supabase), stopAws(aws), stopS3(s3)]);
}
