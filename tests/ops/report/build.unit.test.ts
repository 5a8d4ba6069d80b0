import { expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { type Report, reportSchema } from "../../../ops/report/model";
import { changedOutside } from "../../../plugins/supabasex/bundleMessages";
import { type RecordingName, recorded } from "../recordings/recording";

const reportOf = (name: RecordingName, kind: Report["kind"] = "preview") =>
  buildReport(recorded(name), { kind, stack: "dev", environment: {} });

const described = ({ changes }: Report) =>
  changes.map(
    ({ operation, resource, properties }) =>
      `${operation} ${resource.name}: ${properties.map(({ path, unknown }) => `${path}${unknown ? " (unknown)" : ""}`).join(", ")}`,
  );

test("a stack without changes has an empty report", () => {
  expect(reportOf("quiet")).toEqual({
    version: 1,
    kind: "preview",
    stack: "dev",
    durationSeconds: 12,
    verdict: {
      status: "unchanged",
      sentence: "There is nothing to do: code, state and services agree.",
    },
    errors: [],
    changes: [],
    consequences: [],
    drift: [],
    bundles: [],
    policies: [],
    warnings: [],
    unchangedResources: 136,
  });
});

test("a new resource has no notes of its provider among its properties", () => {
  const run = recorded("quiet");
  const urn = "urn:pulumi:dev::thorbis-supabase::aws:sqs/queue:Queue::letters";
  const inputs = {
    name: "letters",
    redrive: { target: "other", __defaults: [] },
    __defaults: ["delaySeconds"],
    delaySeconds: 0,
  };
  const step = { op: "create", urn, type: "aws:sqs/queue:Queue", provider: "" };
  const metadata = { ...step, old: null, new: { ...{ urn, type: step.type, custom: true }, inputs } };
  const created = {
    ...run.events[0],
    resOutputsEvent: { metadata },
  } as unknown as (typeof run.events)[number];

  const { changes } = buildReport(
    { ...run, events: [created] },
    { kind: "preview", stack: "dev", environment: {} },
  );

  expect(changes[0]?.properties.map(({ path, to }) => [path, to])).toEqual([
    ["name", "letters"],
    ["redrive", { target: "other" }],
    ["delaySeconds", 0],
  ]);
});

test("a new column is distinguished from policies that were manually dropped and added", () => {
  const report = reportOf("changeAndDrift");

  expect(described(report)).toEqual([
    'update sql-bundle: files["migrations/20270101000000_points.sql"], files["repeatable/functions/search_customers.sql"]',
  ]);
  const author = "by postgres from 127.0.0.1 at 2026-11-29 07:00:00 UTC";
  expect(
    report.drift.map(({ object, what, severity, outcome, author }) => [
      ...[object, what, severity, outcome, author],
    ]),
  ).toEqual([
    ["policy shared.customers rogue", "extra", "high", "kept", author],
    ["policy shared.customers tenant_isolation", "missing", "high", "repaired", author],
  ]);
  expect(report.bundles.flatMap(({ notices }) => notices.map(({ title }) => title))).not.toContain(
    changedOutside,
  );
  expect(
    report.bundles.flatMap(({ objects }) => objects.map(({ object, isRepair }) => [object, isRepair])),
  ).toEqual([
    ["column shared.customers points", false],
    ["function shared.search_customers(text, integer)", false],
    ["policy shared.customers tenant_isolation", true],
  ]);
  expect(report.bundles.flatMap(({ files }) => files).slice(0, 2)).toEqual([
    { path: "sql/migrations/20270101000000_points.sql", reason: "new" },
    {
      path: "sql/repeatable/functions/collect_business_metrics.sql",
      reason: "affected",
      because: "table shared.customers",
    },
  ]);
  expect(report.verdict).toEqual({
    status: "changes",
    sentence:
      "The change updates 1 resource. Nothing is replaced or deleted. The deployment also reverts 1 manual change. 1 manual change would stay.",
  });
});

test("a broken migration is reported with its position in the file", () => {
  const { verdict, errors } = reportOf("brokenMigration");

  expect(verdict).toEqual({
    status: "failed",
    sentence: "The preview failed with 1 error. Nothing was changed.",
  });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ source: "resource", resource: { name: "sql-bundle" } });
  expect(errors[0]?.message).toContain("sql/migrations/20270101000000_points.sql:1:47: syntax error");
});

test("errors in the configuration are a refusal", () => {
  const { verdict, errors } = reportOf("badConfiguration");

  expect(verdict).toEqual({
    status: "refused",
    sentence: "The configuration has errors; nothing was changed.",
  });
  expect(errors.map(({ source }) => source)).toEqual(["configuration"]);
});

test("replacements come first, one entry each, with their cause", () => {
  const report = reportOf("replacement");

  expect(described(report).slice(0, 2)).toEqual([
    "replace backup-bucket-bucket: bucket",
    "replace backup-bucket-lifecycle: replaceWith",
  ]);
  expect(report.changes.map(({ operation }) => operation)).toEqual([
    ...Array(11).fill("replace"),
    ...Array(9).fill("update"),
  ]);
  expect(described(report).filter((line) => line.startsWith("update backup-drill"))).toEqual([
    "update backup-drill-schedule: target.ecsParameters.taskDefinitionArn (unknown)",
    "update backup-drill-task-role-policy: policy (unknown)",
  ]);
});

test("a search for drift names each difference and what the next deployment does about it", () => {
  const { verdict, drift, changes } = reportOf("driftSearch", "drift");

  expect(verdict.sentence).toBe("2 differences were made outside of Pulumi, 2 of them about access.");
  expect(changes).toEqual([]);
  expect(drift.map(({ object, repair }) => [object, repair])).toEqual([
    [
      "policy shared.customers rogue",
      "left as it is; with sql.prune: drop: drop policy rogue on shared.customers",
    ],
    [
      "policy shared.customers tenant_isolation",
      "repeatable/policies/shared.customers.tenant_isolation.sql runs again",
    ],
  ]);
});

test("a command that failed before the engine started is reported with the CLI's message", () => {
  const stderr = "error: no stack named 'dev' found\n";
  const report = buildReport(
    { exitCode: 6, events: [], stderr, durationSeconds: 0.44 },
    { kind: "preview", stack: "dev" },
  );

  expect(report.errors).toEqual([{ source: "command", message: "no stack named 'dev' found" }]);
  expect(report.verdict.status).toBe("failed");
});

test("a cancelled run is neither a failure nor a success", () => {
  const report = buildReport({ ...recorded("quiet"), exitCode: 8 }, { kind: "preview", stack: "dev" });

  expect(report.verdict).toEqual({
    status: "cancelled",
    sentence: "The preview was cancelled before it ended.",
  });
});

test("a cancelled deployment says that changes remain", () => {
  const report = buildReport({ ...recorded("up"), exitCode: 8 }, { kind: "up", stack: "dev" });

  expect(report.verdict.sentence).toBe(
    "The deployment was cancelled before it ended. Changes made before that remain.",
  );
});

test("every report matches the schema", () => {
  const reports = [
    reportOf("quiet"),
    reportOf("changeAndDrift"),
    reportOf("brokenMigration"),
    reportOf("badConfiguration"),
    reportOf("replacement"),
    reportOf("driftSearch", "drift"),
    reportOf("up", "up"),
  ];

  for (const report of reports)
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(reportSchema.safeParse({ ...reports[0], version: 2 }).success).toBe(false);
  expect(reportSchema.safeParse({ ...reports[0], unknown: 1 }).success).toBe(false);
});
