import path from "node:path";
import { z } from "zod";
import { openStackFile, readStackFile } from "../config/stackFile";
import { ManagementApi } from "../foundation/managementApi";
import { sessionPooler } from "../foundation/sessionPooler";
import { localAccessToken, localPassphrase, projectName } from "./environment";

const projects = z.array(z.object({ id: z.string(), name: z.string() }));
const poolers = z.array(z.object({ connection_string: z.string(), pool_mode: z.string() }));
const projectArea = z.object({ name: z.string() });

/** A stack's project at the local Management API. */
export interface ProjectDatabase {
  readonly projectRef: string;
  /** As `postgres`, with its password. */
  readonly url: string;
  readonly password: string;
  /** The stack's secrets, by their configuration key without the namespace. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The database of a stack's local project, asked of the Management API: it does not depend on a state that a killed run
 * may have left behind. Undefined while the project does not exist.
 */
export async function projectDatabase(
  folder: string,
  stack: string,
  endpoint: string,
): Promise<ProjectDatabase | undefined> {
  const { values } = openStackFile(readStackFile(path.join(folder, `Pulumi.${stack}.yaml`)), localPassphrase);
  const { name } = projectArea.parse(JSON.parse(values["thorbis-supabase:project"] ?? "{}"));
  const api = new ManagementApi({ endpoint, accessToken: localAccessToken, client: "thorbis-local" });
  const project = projects
    .parse((await api.call("GET", "/projects")).json)
    .find((candidate) => candidate.name === name);
  if (project === undefined) return undefined;
  const rows = poolers.parse((await api.call("GET", `/projects/${project.id}/config/database/pooler`)).json);
  const pooler = sessionPooler(
    Object.fromEntries(rows.map(({ pool_mode, connection_string }) => [pool_mode, connection_string])),
  );
  const password = values["thorbis-supabase:databasePassword"] ?? "";
  return {
    projectRef: project.id,
    password,
    secrets: secretsOf(values),
    url: `postgresql://${pooler.user}:${encodeURIComponent(password)}@${pooler.host}:${pooler.port}/${pooler.database}?sslmode=disable`,
  };
}

/** The URL of that database; undefined while the project does not exist. */
export async function projectDatabaseUrl(
  ...project: Parameters<typeof projectDatabase>
): Promise<string | undefined> {
  return (await projectDatabase(...project))?.url;
}

function secretsOf(values: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${projectName}:`;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(`${prefix}auth`))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
