import { existsSync } from "node:fs";
import { chmod, mkdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { shellQuote } from "../../foundation/shellQuote";
import { type LocalPaths, localAccessToken } from "../environment";
import type { ProjectDatabase } from "../projectDatabase";

/** The files of the Supabase CLI for the local stack. `npm run down` deletes them with the stack. */
export interface Workspace {
  /** Contains `supabase/`, with the checkout's migrations and functions in it. */
  readonly workdir: string;
  /** Contains a program `supabase` that runs the pinned CLI. */
  readonly binDirectory: string;
  /** The variables that point any Supabase CLI to the local Management API and this folder. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The folders of the checkout that the CLI expects below `supabase/`, under the names that it gives them. */
const checkoutFolders: Readonly<Record<string, string>> = {
  migrations: path.join("sql", "migrations"),
  functions: "functions",
};

/**
 * Writes the CLI's profile, working folder and launcher, and returns the variables that select them. Without a database
 * (no project yet) the variables have no password.
 */
export async function prepareWorkspace(
  paths: LocalPaths,
  endpoint: string,
  database: ProjectDatabase | undefined,
): Promise<Workspace> {
  const folder = path.join(paths.directory, "supabase-cli");
  const workdir = path.join(folder, "project");
  const binDirectory = path.join(folder, "bin");
  const profile = path.join(folder, "profile.yaml");
  await mkdir(path.join(workdir, "supabase"), { recursive: true });
  await mkdir(binDirectory, { recursive: true });
  await writeFile(profile, profileText(endpoint));
  for (const [name, source] of Object.entries(checkoutFolders)) {
    await linkFolder(path.join(paths.checkout, source), path.join(workdir, "supabase", name));
  }
  const config = path.join(workdir, "supabase", "config.toml");
  if (!existsSync(config)) await writeFile(config, initialConfig);
  await writeLauncher(path.join(binDirectory, "supabase"), paths);
  return {
    workdir,
    binDirectory,
    variables: {
      SUPABASE_PROFILE: profile,
      SUPABASE_WORKDIR: workdir,
      SUPABASE_HOME: path.join(folder, "home"),
      SUPABASE_ACCESS_TOKEN: localAccessToken,
      SUPABASE_NO_KEYRING: "1",
      SUPABASE_NO_UPDATE_NOTIFIER: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
      ...(database === undefined
        ? {}
        : {
            SUPABASE_PROJECT_ID: database.projectRef,
            SUPABASE_DB_PASSWORD: database.password,
            ...Object.fromEntries(
              Object.entries(configSecrets).map(([variable, key]) => [variable, database.secrets[key] ?? ""]),
            ),
          }),
    },
  };
}

/** The secrets that the CLI's config.toml names by variable → the stack's configuration key of each. */
const configSecrets: Readonly<Record<string, string>> = {
  SUPABASE_AUTH_EXTERNAL_GITHUB_SECRET: "authProvidersGithubClientSecret",
  SUPABASE_AUTH_EXTERNAL_GOOGLE_SECRET: "authProvidersGoogleClientSecret",
  SUPABASE_AUTH_SMS_TWILIO_AUTH_TOKEN: "authPhoneTwilioAuthToken",
};

/**
 * The initial config.toml, which `supabase config pull` completes. The pull does not write sections that contain a secret,
 * so this file has them, with the name of a variable in place of each secret.
 */
const initialConfig = `project_id = "thorbis-local"

[auth.external.github]
enabled = true
client_id = "run config pull"
secret = "env(SUPABASE_AUTH_EXTERNAL_GITHUB_SECRET)"

[auth.external.google]
enabled = true
client_id = "run config pull"
secret = "env(SUPABASE_AUTH_EXTERNAL_GOOGLE_SECRET)"

[auth.sms.twilio]
enabled = true
account_sid = "run config pull"
message_service_sid = "run config pull"
auth_token = "env(SUPABASE_AUTH_SMS_TWILIO_AUTH_TOKEN)"
`;

/** Returns the CLI's profile with the local Management API. The CLI only prints or opens the other addresses. */
function profileText(endpoint: string): string {
  return stringify({
    name: "thorbis-local",
    api_url: endpoint,
    dashboard_url: endpoint,
    docs_url: "https://supabase.com/docs",
    project_host: "supabase.co",
  });
}

async function linkFolder(target: string, link: string): Promise<void> {
  if ((await readlink(link).catch(() => undefined)) === target || !existsSync(target)) return;
  await rm(link, { recursive: true, force: true });
  await symlink(target, link, "dir");
}

/** Writes the program that is `supabase` in a shell that has evaluated `npm run -s local:env`. */
async function writeLauncher(file: string, paths: LocalPaths): Promise<void> {
  const run = shellQuote(path.join(paths.checkout, "local", "run.mjs"));
  const directory = `THORBIS_LOCAL_DIRECTORY=${shellQuote(paths.directory)}`;
  await writeFile(file, `#!/bin/sh\n${directory} exec node ${run} supabase "$@"\n`);
  await chmod(file, 0o755);
}
