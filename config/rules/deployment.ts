import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { baselineIssue, bundleFolders } from "../../plugins/supabasex/bundleFiles";
import { partitionOf } from "../aws/partition";
import type { Issue } from "../issues";
import { formatPath, plainKey, setCommand } from "../keys";
import { stackSchema } from "../schema";
import { leavesOf, type Path, valueAt } from "../schemaTree";
import { allowedAccounts, allowedAccountsKey, setAccountCommand } from "./allowedAccounts";
import { issueAt, type RuleContext } from "./rule";

/** The context of a deployment, outside of its configuration. */
export interface Deployment {
  /** Environment variables of the deploying process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder with Pulumi.yaml. */
  readonly projectFolder: string;
  /** Plain keys of the stack, including those of providers. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Returns what a deployment to the hosted services lacks in addition to a valid configuration. Otherwise it would fail halfway,
 * at the first resource that needs it. Local stacks, including copies of dev and prod, do not need it.
 */
export function deploymentIssues(context: RuleContext, deployment: Deployment): Issue[] {
  const replica = replicaRegionIssues(context, deployment);
  if (context.config.project?.environment === "local" || hasLocalEndpoint(deployment)) return replica;
  return [
    ...replica,
    ...placeholders(context),
    ...accountPlaceholders(context.stack, deployment),
    ...certificateIssues(context, deployment.projectFolder),
    ...baselineIssues(context, deployment.projectFolder),
    ...credentialIssues(context.stack, deployment),
    ...topicRegionIssues(context, deployment),
    ...partitionIssues(context, deployment),
  ];
}

/** Returns whether the Management API is on this machine, as for `npm start -- --like prod`. */
function hasLocalEndpoint({ environment, values }: Deployment): boolean {
  const endpoint = values["supabase:endpoint"] || environment.SUPABASE_API_ENDPOINT || "";
  return URL.canParse(endpoint) && new URL(endpoint).hostname === "127.0.0.1";
}

/** Matches `vpc-00000000000000000`, `AC000…`, `…@sha256:000…`. The last digit may distinguish two entries of a list. */
const zeros = /(?:^|[-:]|AC|MG)0{7,}[0-9a-f]?$/;

function placeholders({ stack, config }: RuleContext): Issue[] {
  return leavesOf(stackSchema).flatMap((leaf): Issue[] => {
    const value = valueAt(config, leaf.path);
    const places: [Path, unknown][] = Array.isArray(value)
      ? value.map((item, index) => [[...leaf.path, index], item])
      : [[leaf.path, value]];
    const instead = leaf.optionalGroup === undefined ? "" : `, or omit ${formatPath(leaf.optionalGroup)}`;
    return places
      .filter(([, text]) => typeof text === "string" && zeros.test(text))
      .map(([place]) => ({
        key: plainKey(place),
        message: `is a placeholder: replace the zeros with your own id${instead}`,
        command: setCommand(stack, place, "<your own>"),
      }));
  });
}

function accountPlaceholders(stack: string, { values }: Deployment): Issue[] {
  return allowedAccounts(values)
    .filter((account) => zeros.test(account))
    .map(() => ({
      key: allowedAccountsKey,
      message: "is a placeholder: replace the zeros with your own id",
      command: setAccountCommand(stack),
    }));
}

/** Supabase's certificate, which is the same for every hosted project. */
const download = "https://supabase-downloads.s3-ap-southeast-1.amazonaws.com/prod/ssl/prod-ca-2021.crt";

function certificateIssues({ stack, config }: RuleContext, projectFolder: string): Issue[] {
  const file = config.database?.sslRootCertificate;
  if (file === undefined) return [];
  const place = ["database", "sslRootCertificate"];
  let text: string;
  try {
    text = readFileSync(path.join(projectFolder, file), "utf8");
  } catch {
    return [
      {
        key: plainKey(place),
        message: `names a missing file; download it and compare its fingerprint with that in certificates/README.md`,
        command: `curl --fail --output ${file} ${download}`,
      },
    ];
  }
  const problem = certificateProblem(text);
  return problem === undefined ? [] : [issueAt(stack, place, { message: problem })];
}

function certificateProblem(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    if (certificates.length === 0) return "names a file without a certificate in PEM";
    const newest = Math.max(...certificates.map(({ validTo }) => Date.parse(validTo)));
    return newest < Date.now() ? "names a certificate that has expired" : undefined;
  } catch {
    return "names a file with a damaged certificate";
  }
}

/** Checks the baseline. Without a matching file, the bundle would fail after the project and its roles were created. */
function baselineIssues({ stack, config }: RuleContext, projectFolder: string): Issue[] {
  const { baseline, directory } = config.sql ?? {};
  if (baseline === undefined || directory === undefined) return [];
  const folder = path.join(projectFolder, directory);
  const paths = bundleFolders.flatMap((name) => {
    try {
      const files = readdirSync(path.join(folder, name), { recursive: true, encoding: "utf8" });
      return files.map((file) => `${name}/${file.split(path.sep).join("/")}`);
    } catch {
      return [];
    }
  });
  const problem = baselineIssue(baseline, paths);
  if (problem === undefined) return [];
  return [issueAt(stack, ["sql", "baseline"], { message: problem.reason, value: problem.nearest })];
}

/** Checks only what is known without a request, because AWS has too many kinds of credentials. */
function credentialIssues(stack: string, { environment, values }: Deployment): Issue[] {
  const issues: Issue[] = [];
  if (!environment.SUPABASE_ACCESS_TOKEN && values["supabase:accessToken"] === undefined)
    issues.push({
      key: "SUPABASE_ACCESS_TOKEN",
      message:
        "is not set: the Management API requires a token from https://supabase.com/dashboard/account/tokens",
      command: "export SUPABASE_ACCESS_TOKEN=<token>",
    });
  if (regionOf({ environment, values }) === undefined)
    issues.push({
      key: "aws:region",
      message: "is missing",
      command: `pulumi config set --stack ${stack} aws:region us-east-1`,
    });
  return issues;
}

/**
 * Checks the topic's region. An alarm only publishes to topics of its own region, and CloudWatch reports no error for
 * others.
 */
function topicRegionIssues({ stack, config }: RuleContext, deployment: Deployment): Issue[] {
  const [, , , topicRegion] = config.alerts?.topicArn?.split(":") ?? [];
  const region = regionOf(deployment);
  if (topicRegion === undefined || region === undefined || topicRegion === region) return [];
  return [
    issueAt(stack, ["alerts", "topicArn"], {
      message: `is a topic in ${topicRegion}, but the alarms are in ${region}: name one of that region`,
    }),
  ];
}

/** Checks that the copies are in a second region, to which S3 can replicate, and their alarm's topic with them. */
function replicaRegionIssues({ stack, config }: RuleContext, deployment: Deployment): Issue[] {
  const { region: replica, topicArn } = config.backup?.replica ?? {};
  const region = regionOf(deployment);
  if (replica === undefined || region === undefined) return [];
  const path = ["backup", "replica", "region"];
  const [, , , topicRegion = replica] = topicArn?.split(":") ?? [];
  return [
    ...(replica === region
      ? [
          issueAt(stack, path, {
            message: `is the region of the bucket itself: an outage of ${region} would affect both`,
          }),
        ]
      : []),
    ...(partitionOf(replica) === partitionOf(region)
      ? []
      : [
          issueAt(stack, path, {
            message: `is in partition ${partitionOf(replica)}, but ${region} is in ${partitionOf(region)}: S3 copies within a partition only`,
          }),
        ]),
    ...(topicRegion === replica
      ? []
      : [
          issueAt(stack, ["backup", "replica", "topicArn"], {
            message: `is a topic in ${topicRegion}, but the alarm is in ${replica}: name one of that region`,
          }),
        ]),
  ];
}

/**
 * Checks the partition. Partitions share nothing, so an ARN of another one names something that the stack's region
 * cannot reach.
 */
function partitionIssues({ stack, config }: RuleContext, deployment: Deployment): Issue[] {
  const region = regionOf(deployment);
  if (region === undefined) return [];
  const expected = partitionOf(region);
  return leavesOf(stackSchema).flatMap(({ path: place }): Issue[] => {
    const value = valueAt(config, place);
    const [, partition] = (typeof value === "string" && /^arn:([a-z-]+):/.exec(value)) || [];
    if (partition === undefined || partition === expected) return [];
    const message = `is in partition ${partition}, but ${region} is in ${expected}: name one of that partition`;
    return [issueAt(stack, place, { message })];
  });
}

function regionOf({ environment, values }: Pick<Deployment, "environment" | "values">): string | undefined {
  return values["aws:region"] || environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined;
}
