import path from "node:path";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { execa } from "execa";
import { probeFunction } from "../../foundation/probeContract";
import { UserError } from "../../foundation/userError";
import { withCommandLock } from "../commandLock";
import {
  awsClientOptions,
  endpointVariables,
  foreignVariables,
  type LocalEndpoints,
  type LocalPaths,
} from "../environment";
import { progressToStandardError } from "../progress";
import { startServices } from "../services/start";
import { isDeployed } from "../stack/deploy";

const stack = "local";

/** The name that the stack `local` gives the function (`components/awsNames.ts`). */
const functionName = "thorbis-local-monitoring";

/**
 * Runs `npm run probe`: the database probe once, on this machine, with the variables of the deployed Lambda function. The local
 * AWS runs no functions. Metrics go to the local CloudWatch, and lines of JSON to standard output.
 */
export async function probe(paths: LocalPaths): Promise<number> {
  if (!isDeployed(paths, stack)) throw noFunction();
  const services = await withCommandLock(paths.directory, "probe", () =>
    startServices(paths, progressToStandardError),
  );
  const env = {
    ...foreignVariables,
    ...endpointVariables(services),
    ...(await functionVariables(services.aws)),
  };
  const { exitCode } = await execa(process.execPath, ["-e", callHandler, bundleOf(paths)], {
    env,
    stdio: "inherit",
    reject: false,
  });
  return exitCode ?? 1;
}

/** Calls the handler as Lambda does, but prints only the message of a UserError. */
const callHandler = `require(process.argv[1])[${JSON.stringify(probeFunction.handler.split(".")[1])}]().catch((error) => {
  console.error(error.name === "UserError" ? error.message : error);
  process.exitCode = 1;
});`;

function bundleOf({ checkout }: LocalPaths): string {
  return path.join(checkout, probeFunction.bundle);
}

async function functionVariables(aws: LocalEndpoints["aws"]): Promise<Record<string, string>> {
  const lambda = new LambdaClient(awsClientOptions(aws));
  try {
    const { Environment } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName }),
    );
    return Environment?.Variables ?? {};
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") throw noFunction();
    throw error;
  }
}

function noFunction(): UserError {
  return new UserError(
    "There is no database probe yet: run `npm start`, which deploys it, then this command again.",
  );
}
