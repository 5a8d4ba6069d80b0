import { canonicalJson, type JsonValue } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/**
 * Returns the permissions on a function. The stack's functions have none: the role of the schedule may call the probe, and nobody else.
 * A permission lets a service or another account run it. Returns nothing while the first deployment has not created the function.
 */
export async function permissionsOnFunction(
  { lambda }: Pick<AwsClients, "lambda">,
  FunctionName: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { GetPolicyCommand, ResourceNotFoundException } = await import("@aws-sdk/client-lambda");
  try {
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName }), { abortSignal: signal });
    const { Statement = [] } = JSON.parse(Policy ?? "{}") as { Statement?: readonly PolicyStatement[] };
    return Object.fromEntries(
      Statement.map(({ Sid, ...statement }) => [
        `function permission ${FunctionName} ${Sid}`,
        canonicalJson(statement as JsonValue),
      ]),
    );
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return {};
    throw error;
  }
}

interface PolicyStatement {
  readonly Sid?: string;
  readonly [member: string]: unknown;
}
