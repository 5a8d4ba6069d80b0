import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { shellQuote } from "../foundation/shellQuote";
import { findExecutable } from "./toolchain/executables";

/**
 * The services for which AWS CLI 1 ignores AWS_ENDPOINT_URL and uses a legacy AWS host name. Only the option
 * `--endpoint-url` prevents that. Source: awscli/customizations/overridesslcommonname.py of version 1.46.
 */
const renamedServices = ["docdb", "emr", "health", "neptune", "rds", "sqs"];

/** Global options of the AWS CLI that can stand before the name of the service and take a value. */
const optionsWithValue = [
  ...["--region", "--profile", "--output", "--query", "--color", "--ca-bundle"],
  ...["--cli-read-timeout", "--cli-connect-timeout", "--cli-binary-format", "--cli-error-format"],
];

/**
 * Writes a program `aws` that runs the installed AWS CLI with the local endpoint, including the services for which version 1
 * ignores the variables. Returns the folder to put first on PATH; undefined when no AWS CLI is installed.
 */
export async function writeAwsLauncher(
  directory: string,
  searchPath: readonly string[],
): Promise<string | undefined> {
  const folder = path.join(directory, "aws-cli", "bin");
  const installed = findExecutable(
    "aws",
    searchPath.filter((entry) => entry !== folder),
  );
  if (installed === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "aws"), launcherText(installed), { mode: 0o755 });
  return folder;
}

function launcherText(installed: string): string {
  return `#!/bin/sh
# Written by \`npm run local:env\`.
is_value=
for word; do
  if [ -n "$is_value" ]; then
    is_value=
    continue
  fi
  case "$word" in
    ${optionsWithValue.join("|")}) is_value=1 ;;
    -*) ;;
    ${renamedServices.join("|")})
      # Comes before the user's arguments, because the last --endpoint-url wins.
      [ -z "$AWS_ENDPOINT_URL" ] || set -- --endpoint-url "$AWS_ENDPOINT_URL" "$@"
      break
      ;;
    *) break ;;
  esac
done
exec ${shellQuote(installed)} "$@"
`;
}
