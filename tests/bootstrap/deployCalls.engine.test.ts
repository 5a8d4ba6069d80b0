import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployManagedPolicy, deployPolicy, previewPolicy } from "../../bootstrap/policies/rolePolicies";
import type { PolicyDocument } from "../../components/policyDocument";
import { policyDocument } from "../../components/policyDocument";
import type { RecordedRequest } from "../support/awsRecorder";
import {
  type AwsAccountUnderTest,
  type AwsAreas,
  type AwsStack,
  createAwsAccount,
} from "../support/awsStack";
import { IamRequests } from "./calls/iamRequests";
import { awsCall } from "./calls/wire";
import { type Call, decideFor, place } from "./place";

// Every call that a stack sends to AWS from its first deployment to its last, with all optional parts, judged by IAM's
// rules for the roles of bootstrap/. The local AWS does not enforce permissions.
const areas = (image: string): AwsAreas => ({
  project: {
    name: place.prefix,
    environment: "production",
    organizationId: "thorbis",
    region: place.region,
    // A protected stack cannot be destroyed.
    deletionProtection: false,
  },
  backup: {
    bucketName: place.bucketName,
    image: `registry.example.com/backup@sha256:${image.repeat(64)}`,
    network: {},
    accessLogs: { retentionDays: 365 },
    replica: { region: place.replica?.region },
    objectLock: { mode: "GOVERNANCE", days: 14 },
    permissionsBoundaryArn: place.boundaryArn,
  },
  alerts: { emails: ["operations@example.com"] },
  monitoring: {},
});

let account: AwsAccountUnderTest;
let stack: AwsStack;
let recorded: RecordedRequest[] = [];
/** Phase of the life cycle → its IAM requests, each once. */
const phases: Record<"create" | "preview" | "change" | "destroy", Call[]> = {
  create: [],
  preview: [],
  change: [],
  destroy: [],
};
const deployRole = policyDocument(...deployPolicy(place).Statement, ...deployManagedPolicy(place).Statement);

beforeAll(async () => {
  account = await createAwsAccount("all", {
    ...(place.replica !== undefined && { secondRegion: place.replica.region }),
    record: (request) => recorded.push(request),
  });
  stack = await account.stack(place.name, areas("a"));
  const requests = new IamRequests(place);
  const record = async (phase: keyof typeof phases, ...command: string[]) => {
    recorded = [];
    await stack.succeeds(...command);
    const calls = recorded.map(awsCall).flatMap((call) => requests.of(call));
    phases[phase] = [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
  };
  await record("create", "up", "--yes", "--skip-preview");
  stack.configure(areas("b"));
  await record("preview", "preview", "--refresh");
  await record("change", "up", "--yes", "--skip-preview", "--refresh");
  await record("destroy", "destroy", "--yes", "--skip-preview", "--refresh");
});
afterAll(async () => {
  await account?.remove();
});

/** Returns the calls for which a role gets another decision than expected. */
async function unexpected(
  identity: PolicyDocument,
  calls: readonly Call[],
  expected: string,
): Promise<string[]> {
  const found: string[] = [];
  for (const call of calls) {
    const decision = await decideFor(identity, call);
    if (decision !== expected) found.push(`${decision}: ${JSON.stringify(call)}`);
  }
  return found;
}

describe("a whole life cycle", () => {
  test("is recorded: the calls of every service and of both regions", () => {
    const services = (calls: readonly Call[]) => new Set(calls.map(([action]) => action.split(":")[0]));
    const all = [...services([...phases.create, ...phases.destroy])].sort();

    expect(all).toEqual([
      ...[
        "cloudwatch",
        "ec2",
        "ecs",
        "events",
        "iam",
        "kms",
        "lambda",
        "logs",
        "pipes",
        "route53",
        "s3",
        "scheduler",
      ],
      ...["secretsmanager", "sns", "sqs", "tag"],
    ]);
    expect(phases.create).toContainEqual(
      expect.arrayContaining([
        "sns:CreateTopic",
        "arn:aws:sns:us-west-2:123456789012:thorbis-prod-backup-alarms",
      ]),
    );
    // Reads that the stand-in makes in batches are judged as those of the plugin.
    expect(phases.preview.map(([action]) => action)).toEqual(
      expect.arrayContaining([
        "cloudwatch:ListTagsForResource",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "logs:ListTagsForResource",
      ]),
    );
    expect(phases.destroy.map(([action]) => action)).toEqual(
      expect.arrayContaining([
        "s3:DeleteBucket",
        "kms:ScheduleKeyDeletion",
        "iam:DeleteRole",
        "ec2:DeleteVpc",
      ]),
    );
  });

  test.each(["create", "preview", "change", "destroy"] as const)(
    "makes no call to %s that the deploy role may not make",
    async (phase) => {
      expect(phases[phase].length).toBeGreaterThan(50);
      expect(await unexpected(deployRole, phases[phase], "Allowed")).toEqual([]);
    },
  );

  test("makes only calls in a preview that the preview role may make", async () => {
    expect(await unexpected(previewPolicy(place), phases.preview, "Allowed")).toEqual([]);
  });
});

describe("the same calls", () => {
  const isWrite = ([action]: Call) => !/:(Describe|Get|List)/.test(action);
  /**
   * Calls of another environment that are allowed for ours: tags with a creation, which has its own condition, and groups in an
   * existing network without a tag.
   */
  const isOwn = ([action, resource, context = {}]: Call) =>
    !("ec2:CreateAction" in context) && !(action === "ec2:CreateSecurityGroup" && resource.includes(":vpc/"));
  const writes = () => [...phases.create, ...phases.change, ...phases.destroy].filter(isWrite);

  test("that change something are refused for the preview role", async () => {
    expect(writes().length).toBeGreaterThan(100);
    expect(await unexpected(previewPolicy(place), writes(), "ImplicitlyDenied")).toEqual([]);
  });

  test("about another environment are refused for the deploy role", async () => {
    const elsewhere = writes()
      .filter(isOwn)
      .flatMap((call): Call[] => {
        const moved = JSON.parse(
          JSON.stringify(call)
            .replaceAll("thorbis-prod", "thorbis-dev")
            .replaceAll("thorbis-backups", "thorbis-backups-dev")
            .replaceAll("thorbis-supabase/prod", "thorbis-supabase/dev"),
        ) as Call;
        return JSON.stringify(moved) === JSON.stringify(call) ? [] : [moved];
      });

    expect(elsewhere.length).toBeGreaterThan(100);
    expect(await unexpected(deployRole, elsewhere, "ImplicitlyDenied")).toEqual([]);
  });
});
