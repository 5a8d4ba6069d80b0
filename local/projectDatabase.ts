import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { openStackFile, readStackFile } from "../config/stackFile";
import { ManagementApi } from "../foundation/managementApi";
import { type SessionPooler, sessionPooler } from "../foundation/sessionPooler";
import { localAccessToken, localPassphrase, projectName } from "./environment";
import { stateFileOf } from "./stack/deploy";
import { projectRefInState } from "./stack/projectInState";
import type { StackLocation } from "./stack/stackLocation";

const projects = z.array(z.object({ id: z.string(), name: z.string() }));
const poolers = z.array(z.object({ connection_string: z.string(), pool_mode: z.string() }));
const namedArea = z.object({ name: z.string() });

/** A stack's project at the local Management API. */
export interface ProjectDatabase {
  readonly projectRef: string;
  /** As `postgres`, with its password. */
  readonly url: string;
  readonly password: string;
  /** The stack's secrets, by their configuration key without the namespace. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Where a stack's project listens. */
export interface ProjectAddress {
  readonly projectRef: string;
  readonly pooler: SessionPooler;
}

/**
 * Finds a stack's local project. Looks it up by the state, then by its configured name, because a killed run may have created it
 * without recording it. Undefined while the project does not exist. Needs no secrets, whose key takes 0.3 s to derive.
 */
export async function projectAddress(
  { folder, stack }: StackLocation,
  stateDirectory: string,
  endpoint: string,
): Promise<ProjectAddress | undefined> {
  const { values } = readStackFile(path.join(folder, `Pulumi.${stack}.yaml`));
  const name = nameOf(values["thorbis-supabase:project"]);
  const known = await refInState(stateFileOf(stateDirectory, stack));
  const api = new ManagementApi({ endpoint, accessToken: localAccessToken, client: "thorbis-local" });
  const project = projects
    .parse((await api.call("GET", "/projects")).json)
    .find((candidate) => (known === undefined ? candidate.name === name : candidate.id === known));
  if (project === undefined) return undefined;
  const rows = poolers.parse((await api.call("GET", `/projects/${project.id}/config/database/pooler`)).json);
  return {
    projectRef: project.id,
    pooler: sessionPooler(
      Object.fromEntries(rows.map(({ pool_mode, connection_string }) => [pool_mode, connection_string])),
    ),
  };
}

/** Finds a stack's local project, with its secrets; undefined while it does not exist. */
export async function projectDatabase(
  ...[location, stateDirectory, endpoint]: Parameters<typeof projectAddress>
): Promise<ProjectDatabase | undefined> {
  const { folder, stack } = location;
  const { values } = openStackFile(readStackFile(path.join(folder, `Pulumi.${stack}.yaml`)), localPassphrase);
  const address = await projectAddress(location, stateDirectory, endpoint);
  if (address === undefined) return undefined;
  const { projectRef, pooler } = address;
  const password = values["thorbis-supabase:databasePassword"] ?? "";
  return {
    projectRef,
    password,
    secrets: secretsOf(values),
    url: `postgresql://${pooler.user}:${encodeURIComponent(password)}@${pooler.host}:${pooler.port}/${pooler.database}?sslmode=disable`,
  };
}

/** Returns the URL of that database; undefined while the project does not exist. */
export async function projectDatabaseUrl(
  ...project: Parameters<typeof projectDatabase>
): Promise<string | undefined> {
  return (await projectDatabase(...project))?.url;
}

/** Returns the project's name; undefined if the configuration has none, which a deployment reports. */
function nameOf(projectArea: string | undefined): string | undefined {
  try {
    return namedArea.parse(JSON.parse(projectArea ?? "{}")).name;
  } catch {
    return undefined;
  }
}

async function refInState(stateFile: string): Promise<string | undefined> {
  return existsSync(stateFile) ? projectRefInState(await readFile(stateFile, "utf8")) : undefined;
}

function secretsOf(values: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${projectName}:`;
  return Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(`${prefix}auth`))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
