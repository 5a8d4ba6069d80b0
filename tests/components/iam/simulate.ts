import { type EvaluationResult, runSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../../../components/policyDocument";

export const accountId = "123456789012";
export const region = "us-east-1";
export const bucketArn = "arn:aws:s3:::thorbis-backups";
export const keyArn = `arn:aws:kms:${region}:${accountId}:key/11111111-2222-3333-4444-555555555555`;

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Default: a role of the account. */
  readonly principal?: string;
  readonly identity?: PolicyDocument;
  readonly resourcePolicy?: PolicyDocument;
}

/** Returns IAM's decision, from a simulator with actions, resources and condition keys. */
export async function decide(request: Request): Promise<EvaluationResult> {
  const { action, resource, context = {}, identity, resourcePolicy } = request;
  const result = await runSimulation(
    {
      request: {
        principal: request.principal ?? `arn:aws:iam::${accountId}:role/someone`,
        action,
        resource: { resource, accountId },
        contextVariables: { ...context },
      },
      identityPolicies: identity === undefined ? [] : [{ name: "identity", policy: identity }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy !== undefined && { resourcePolicy }),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(JSON.stringify(result.errors));
  return result.overallResult;
}
