import path from "node:path";
import { pathToFileURL } from "node:url";
import { shellQuote } from "../foundation/shellQuote";

/** The passphrase of the local stack's secrets. It is public: nothing that it protects leaves this machine. */
export const localPassphrase = "thorbis-local";

/**
 * Password of `postgres` on the local server, which listens on loopback only; Pulumi.local.yaml has the same as its
 * secret `databasePassword`. Public like the passphrase.
 */
export const localPostgresPassword = "thorbis-local-postgres";

export const projectName = "thorbis-supabase";

/** Where things of one local environment are. Everything is below two folders: the checkout's and the user's cache. */
export interface LocalPaths {
  readonly checkout: string;
  /** Removed by `npm run down`. Default `.local` in the checkout; `THORBIS_LOCAL_DIRECTORY` names another. */
  readonly directory: string;
  readonly pulumiHome: string;
  readonly state: string;
  readonly services: string;
  readonly logs: string;
}

export function localPaths(checkout: string, environment: NodeJS.ProcessEnv = process.env): LocalPaths {
  const directory = path.resolve(checkout, environment.THORBIS_LOCAL_DIRECTORY ?? ".local");
  return {
    checkout,
    directory,
    pulumiHome: path.join(directory, "pulumi-home"),
    state: path.join(directory, "state"),
    services: path.join(directory, "services"),
    logs: path.join(directory, "logs"),
  };
}

/** What a shell needs so that plain `pulumi` and `psql` work on the local stack. */
export function shellVariables(
  paths: LocalPaths,
  facts: { readonly binDirectory: string; readonly databaseUrl: string },
  searchPath = process.env.PATH ?? "",
): Record<string, string> {
  const rest = searchPath.split(path.delimiter).filter((entry) => entry !== facts.binDirectory);
  return {
    PATH: [facts.binDirectory, ...rest].join(path.delimiter),
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: pathToFileURL(paths.state).href,
    PULUMI_CONFIG_PASSPHRASE: localPassphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DATABASE_URL: facts.databaseUrl,
  };
}

/** One `export` line that any POSIX shell reads back as exactly this value. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}
