import path from "node:path";
import { type LocalPaths, localPostgresPassword, shellVariables } from "./environment";
import { installStandIns } from "./providers/install";
import { type Cluster, ensurePostgresInstalled, startCluster } from "./services/postgres";
import { PulumiCli } from "./stack/pulumiCli";
import { ensureToolchain, type Toolchain } from "./toolchain";

/** Everything that a command of the local stack works with, up and running. */
export interface LocalSession {
  readonly toolchain: Toolchain;
  readonly cluster: Cluster;
  readonly databaseUrl: string;
  /** What a shell needs to use the same. */
  readonly variables: Readonly<Record<string, string>>;
  readonly pulumi: PulumiCli;
}

export type Progress = (line: string) => void;

export function clusterDirectory(paths: LocalPaths): string {
  return path.join(paths.services, "postgres");
}

/** The Pulumi CLI and our stand-ins for the plugins that it would download. */
export async function prepareEngine(paths: LocalPaths, progress: Progress): Promise<Toolchain> {
  const toolchain = await ensureToolchain({ progress });
  await installStandIns(paths.checkout, paths.pulumiHome);
  return toolchain;
}

/** The PostgreSQL server of the local stack, installed, shaped like a hosted project and running. */
export async function prepareDatabase(paths: LocalPaths, progress: Progress): Promise<Cluster> {
  await ensurePostgresInstalled(progress);
  return await startCluster({
    directory: clusterDirectory(paths),
    postgresPassword: localPostgresPassword,
    progress,
  });
}

export function openSession(paths: LocalPaths, toolchain: Toolchain, cluster: Cluster): LocalSession {
  const databaseUrl = `${cluster.url("postgres")}?sslmode=disable`;
  const variables = {
    ...toolchain.environment,
    ...shellVariables(paths, { binDirectory: toolchain.binDirectory, databaseUrl }),
  };
  return {
    toolchain,
    cluster,
    databaseUrl,
    variables,
    pulumi: new PulumiCli(toolchain.pulumi, paths.checkout, variables),
  };
}
