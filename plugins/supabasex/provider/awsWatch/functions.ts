import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { eventSourceMappings } from "./eventSourceMappings";
import { statementEntries } from "./policyText";
import { sharedAnswer } from "./sharedAnswers";

/**
 * Returns the permissions on a function. The stack's functions have none: only the role of the schedule may call the probe.
 * A permission lets a service or another account run it. Returns nothing while the first deployment has not created the function.
 */
export async function permissionsOnFunction(
  { lambda }: Pick<AwsClients, "lambda">,
  FunctionName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { GetPolicyCommand } = await import("./sdk");
  const asked = lambda.send(new GetPolicyCommand({ FunctionName }), { abortSignal: signal });
  const { Policy = "" } = (await unlessMissing(asked)) ?? {};
  return statementEntries(Policy, `function permission ${FunctionName}`);
}

/**
 * Returns other ways to call a function or receive its results: its URL, and destinations of its results. The stack's functions
 * have neither: the schedule calls the probe.
 */
export async function waysIntoFunction(
  { lambda }: Pick<AwsClients, "lambda">,
  FunctionName: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const sdk = await import("./sdk");
  const found: [string, string][] = [];
  const [address, results] = await Promise.all([
    unlessMissing(lambda.send(new sdk.GetFunctionUrlConfigCommand({ FunctionName }), { abortSignal })),
    unlessMissing(
      lambda.send(new sdk.GetFunctionEventInvokeConfigCommand({ FunctionName }), { abortSignal }),
    ),
  ]);
  if (address !== undefined) found.push([`function URL ${FunctionName}`, `auth ${address.AuthType}`]);
  const { OnFailure, OnSuccess } = results?.DestinationConfig ?? {};
  for (const [when, target] of Object.entries({ failure: OnFailure, success: OnSuccess })) {
    if (target?.Destination)
      found.push([`function destination ${FunctionName} on ${when}`, target.Destination]);
  }
  return Object.fromEntries(found);
}

/**
 * Returns the published versions and aliases of a function; the stack's functions have none. Each has its own
 * permissions, URL and destinations, and keeps old code callable.
 */
export async function versionsOfFunction(
  aws: Pick<AwsClients, "lambda">,
  FunctionName: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const sdk = await import("./sdk");
  const [versions, aliases] = await Promise.all([
    listVersions(aws, FunctionName, abortSignal),
    unlessMissing(aws.lambda.send(new sdk.ListAliasesCommand({ FunctionName }), { abortSignal })),
  ]);
  return Object.fromEntries([
    ...versions
      .filter(({ Version }) => Version !== "$LATEST")
      .map(({ Version, CodeSha256 }) => [
        `function version ${FunctionName} ${Version}`,
        `code ${CodeSha256}`,
      ]),
    ...(aliases?.Aliases ?? []).map(({ Name, FunctionVersion }) => [
      `function alias ${FunctionName} ${Name}`,
      `version ${FunctionVersion}`,
    ]),
  ]);
}

/**
 * Returns the hash of a function's code. The aws provider does not compare it, because it changes with each deployment of new code;
 * the baseline contains that of the last one. Returns nothing while the first deployment has not created the function.
 */
export async function codeOfFunction(
  aws: Pick<AwsClients, "lambda">,
  FunctionName: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const versions = await listVersions(aws, FunctionName, abortSignal);
  const found = versions.find(({ Version }) => Version === "$LATEST");
  return found === undefined ? {} : { [codeName(FunctionName)]: `sha256 ${found.CodeSha256}` };
}

/** Returns the versions of a function, including `$LATEST`; none if the function does not exist. */
async function listVersions(
  aws: Pick<AwsClients, "lambda">,
  FunctionName: string,
  abortSignal: AbortSignal,
): Promise<readonly FunctionConfiguration[]> {
  const { ListVersionsByFunctionCommand } = await import("./sdk");
  const answer = await sharedAnswer(aws, `versions of ${FunctionName}`, () =>
    unlessMissing(aws.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }), { abortSignal })),
  );
  return answer?.Versions ?? [];
}

/** Returns the identity of a function's code. */
export const codeName = (FunctionName: string): string => `function code ${FunctionName}`;

/** Returns the queues and streams that call a function; the stack's functions have none. */
export async function eventSourcesOfFunction(
  aws: Pick<AwsClients, "lambda">,
  FunctionName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const found = await eventSourceMappings(aws, { FunctionName }, signal);
  return Object.fromEntries(
    found.map(({ UUID, EventSourceArn }) => [
      `function event source ${FunctionName} ${UUID}`,
      String(EventSourceArn),
    ]),
  );
}

/** Returns the response to a request about a function; undefined if the function, or the requested setting, does not exist. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  const { NoSuchFunction } = await import("./sdk");
  return await asked.catch((error) => {
    if (error instanceof NoSuchFunction) return undefined;
    throw error;
  });
}
