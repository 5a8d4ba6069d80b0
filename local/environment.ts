import path from "node:path";
import { pathToFileURL } from "node:url";
import { shellQuote } from "../foundation/shellQuote";

/** The passphrase of the local stack's secrets. It is public: nothing that it protects leaves this machine. */
export const localPassphrase = "thorbis-local";

/** Token of the local Management API. Public like the passphrase. */
export const localAccessToken = "sbp_0000000000000000000000000000000000000000";

export const projectName = "thorbis-supabase";

/** Where things of one local environment are. Everything is below two folders: the checkout's and the user's cache. */
export interface LocalPaths {
  readonly checkout: string;
  /** Removed by `npm run down`. Default `.local` in the checkout; `THORBIS_LOCAL_DIRECTORY` names another. */
  readonly directory: string;
  /** Of the CLI, with our stand-ins as its plugins. */
  readonly pulumiHome: string;
  /** The same with the vendors' own plugins. */
  readonly officialPulumiHome: string;
  readonly state: string;
  readonly services: string;
  readonly logs: string;
}

export function localPaths(checkout: string, environment: NodeJS.ProcessEnv = process.env): LocalPaths {
  const directory = path.resolve(checkout, environment.THORBIS_LOCAL_DIRECTORY || ".local");
  return {
    checkout,
    directory,
    pulumiHome: path.join(directory, "pulumi-home"),
    officialPulumiHome: path.join(directory, "pulumi-home-official"),
    state: path.join(directory, "state"),
    services: path.join(directory, "services"),
    logs: path.join(directory, "logs"),
  };
}

/** The addresses of everything that a stack of this environment talks to. */
export interface LocalEndpoints {
  readonly supabase: { readonly endpoint: string };
  readonly aws: {
    readonly endpoint: string;
    readonly s3Endpoint: string;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly region: string;
  };
}

/** What the Pulumi CLI needs to keep to this environment: its own home, plugins, backend and passphrase. */
export function pulumiVariables(
  paths: LocalPaths,
  binDirectory: string,
  searchPath = process.env.PATH ?? "",
): Record<string, string> {
  const rest = withoutNpmFolders(searchPath.split(path.delimiter)).filter((entry) => entry !== binDirectory);
  return {
    PATH: [binDirectory, ...rest].join(path.delimiter),
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: pathToFileURL(paths.state).href,
    PULUMI_CONFIG_PASSPHRASE: localPassphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** What the providers, and `aws` in a shell, need to talk to the local services instead of the clouds. */
export function endpointVariables({ supabase, aws }: LocalEndpoints): Record<string, string> {
  return {
    SUPABASE_API_ENDPOINT: supabase.endpoint,
    SUPABASE_ACCESS_TOKEN: localAccessToken,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ENDPOINT_URL_S3: aws.s3Endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKey,
    AWS_SECRET_ACCESS_KEY: aws.secretKey,
    // The session token of the user's own AWS login belongs to other keys.
    AWS_SESSION_TOKEN: "",
    AWS_REGION: aws.region,
    // The only one of the two that AWS CLI 1 reads.
    AWS_DEFAULT_REGION: aws.region,
  };
}

/** Of the user's own variables those that would lead a command of the local stack elsewhere, for its environment to be without. */
export const foreignVariables: Readonly<Record<string, undefined>> = {
  AWS_PROFILE: undefined,
  AWS_DEFAULT_PROFILE: undefined,
  PULUMI_STACK: undefined,
};

/** Less what `npm run` puts before the user's own search path: these folders are no business of a shell. */
function withoutNpmFolders(entries: readonly string[]): string[] {
  const own = entries.findIndex((entry) => !/[\\/]node_modules[\\/]\.bin$|[\\/]node-gyp-bin$/.test(entry));
  return own === -1 ? [] : entries.slice(own);
}

/** One `export` line that any POSIX shell reads back as exactly this value. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}
