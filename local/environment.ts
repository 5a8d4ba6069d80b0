import path from "node:path";
import { pathToFileURL } from "node:url";
import { shellQuote } from "../foundation/shellQuote";

/** The passphrase of the local stack's secrets. Public, because those secrets never leave this machine. */
export const localPassphrase = "thorbis-local";

/** Token of the local Management API. Public like the passphrase. */
export const localAccessToken = "sbp_0000000000000000000000000000000000000000";

export const projectName = "thorbis-supabase";

/** The paths of a local environment. Everything is in two folders: one in the checkout, one in the user's cache. */
export interface LocalPaths {
  readonly checkout: string;
  /** Removed by `npm run down`. Default `.local` in the checkout; `THORBIS_LOCAL_DIRECTORY` names another. */
  readonly directory: string;
  /** The Pulumi home with our stand-ins as plugins. */
  readonly pulumiHome: string;
  /** The Pulumi home with the official plugins. */
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

/** The addresses of the services that a stack of this environment uses. */
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

/** Returns the options of an AWS SDK client of the local AWS. */
export function awsClientOptions(
  { endpoint, accessKey, secretKey, region }: LocalEndpoints["aws"],
  stackRegion = region,
) {
  return {
    region: stackRegion,
    endpoint,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  };
}

/** Returns the variables that confine the Pulumi CLI to this environment: its home, plugins, backend and passphrase. */
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

/** Returns the variables that point the providers, and `aws` in a shell, to the local services. */
export function endpointVariables({ supabase, aws }: LocalEndpoints): Record<string, string> {
  return {
    SUPABASE_API_ENDPOINT: supabase.endpoint,
    SUPABASE_ACCESS_TOKEN: localAccessToken,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ENDPOINT_URL_S3: aws.s3Endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKey,
    AWS_SECRET_ACCESS_KEY: aws.secretKey,
    // A session token in the user's environment belongs to other keys.
    AWS_SESSION_TOKEN: "",
    AWS_REGION: aws.region,
    // The only one of the two that AWS CLI 1 reads.
    AWS_DEFAULT_REGION: aws.region,
  };
}

/** Returns the user's variables that would direct a local command to other services, so that they can be unset. */
export const foreignVariables: Readonly<Record<string, undefined>> = {
  AWS_PROFILE: undefined,
  AWS_DEFAULT_PROFILE: undefined,
  PULUMI_STACK: undefined,
};

/** Removes the folders that `npm run` puts before the user's search path, which do not belong in a shell. */
function withoutNpmFolders(entries: readonly string[]): string[] {
  const own = entries.findIndex((entry) => !/[\\/]node_modules[\\/]\.bin$|[\\/]node-gyp-bin$/.test(entry));
  return own === -1 ? [] : entries.slice(own);
}

/** Returns an `export` line, quoted so that any POSIX shell reads exactly this value. */
export function exportLine(name: string, value: string): string {
  return `export ${name}=${shellQuote(value)}`;
}
