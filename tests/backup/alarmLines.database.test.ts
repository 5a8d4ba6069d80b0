import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { Queue } from "@pulumi/aws/sqs/queue";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackupAlarms } from "../../components/backupAlarms/backupAlarms";
import { account, registeredInAws, tags } from "../components/awsWorld";
import { startTestCluster, type TestCluster } from "../support/cluster";
import { startBackupProgram, taskEnvironment } from "./support/commands";
import { createShop } from "./support/shop";
import { startTestStore, type TestStore } from "./support/store";

interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  /** The field of the line that becomes the metric. */
  readonly value: string;
}

let source: TestCluster;
let store: TestStore;
let filters: MetricFilter[];
/** The log of the tasks: the lines of both streams. */
let log: string[];

beforeAll(async () => {
  [source, store] = await Promise.all([startTestCluster(), startTestStore()]);
  await createShop(await source.client());
  filters = await renderFilters();
  const environment = taskEnvironment(source, store);
  log = [];
  // Two backups, because the first one has no previous size to compare with.
  for (const args of [["run"], ["run"], ["drill"], ["age"], ["list"]]) {
    const { exitCode, outputText, errorText } = await startBackupProgram(args, environment).ended;
    expect([args, exitCode]).toEqual([args, 0]);
    log.push(...`${outputText}${errorText}`.split("\n").filter(Boolean));
  }
}, 300_000);

afterAll(async () => {
  await Promise.all([source?.remove(), store?.remove()]);
});

async function renderFilters(): Promise<MetricFilter[]> {
  const resources = await registeredInAws(
    () =>
      new BackupAlarms("alarms", {
        account,
        tags,
        physicalName: "thorbis-prod",
        logGroup: new LogGroup("log", { name: "log" }),
        cluster: new Cluster("cluster", { name: "cluster" }),
        deadLetterQueue: new Queue("queue", { name: "queue" }),
        emails: [],
        freshnessHours: 8,
        durationMinutes: 90,
        minimumSizePercent: 50,
      }),
  );
  return [...resources.values()]
    .filter(({ type }) => type === "aws:cloudwatch/logMetricFilter:LogMetricFilter")
    .map(({ inputs }) => ({
      name: String(inputs.name),
      pattern: String(inputs.pattern),
      value: (inputs.metricTransformation as { value: string }).value,
    }));
}

/** Returns the lines that a filter pattern of the form `{ $.a = "text" && $.b = * }` matches, as CloudWatch Logs reads it. */
function matching(pattern: string, lines: readonly string[]): Record<string, unknown>[] {
  const [, body] = /^\{ (.*) \}$/.exec(pattern) ?? [];
  if (body === undefined) throw new Error(`${pattern} is not a pattern for JSON`);
  const conditions = body.split(" && ").map((condition) => {
    const [, field = "", value = ""] = /^\$\.(\w+) = (\*|"[^"]*")$/.exec(condition) ?? [];
    if (field === "") throw new Error(`${condition} is not a condition that this test knows`);
    return (line: Record<string, unknown>): boolean =>
      value === "*" ? field in line : line[field] === value.slice(1, -1);
  });
  return lines.flatMap((text) => {
    if (!text.startsWith("{")) return [];
    const line = JSON.parse(text) as Record<string, unknown>;
    return conditions.every((holds) => holds(line)) ? [line] : [];
  });
}

it("a line matches the pattern of every metric, with a number in the field of the metric", () => {
  const found = filters.map(({ name, pattern, value }) => ({
    name,
    values: matching(pattern, log).map((line) => typeof line[value.replace("$.", "")]),
  }));
  expect(found).toEqual([
    { name: "thorbis-prod-backup-completed", values: ["number", "number"] },
    { name: "thorbis-prod-backup-drilled", values: ["number"] },
    { name: "thorbis-prod-backup-missing-age", values: ["number"] },
    { name: "thorbis-prod-backup-not-drilled-age", values: ["number"] },
    { name: "thorbis-prod-backup-not-pruned-age", values: ["number"] },
    { name: "thorbis-prod-backup-duration", values: ["number", "number"] },
    { name: "thorbis-prod-backup-size", values: ["number"] },
  ]);
});

it("no line matches any pattern if the events have other names", () => {
  const renamed = log.map((line) => line.replace(/"event":"(\w+) (\w+)"/, '"event":"$2 $1"'));
  expect(renamed).not.toEqual(log);
  expect(filters.map(({ pattern }) => matching(pattern, renamed))).toEqual([[], [], [], [], [], [], []]);
});
