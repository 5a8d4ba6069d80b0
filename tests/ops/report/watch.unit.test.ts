import { expect, test } from "vitest";
import { driftReport } from "../../../ops/drift/search";
import type { PulumiRun } from "../../../ops/pulumi";
import { buildReport } from "../../../ops/report/build";
import { addedInAws } from "../../../plugins/supabasex/bundleMessages";

type WatchType = "supabasex:index:AwsWatch" | "supabasex:index:ProjectWatch" | "supabasex:index:SqlBundle";
const live = {
  "auth setting saml_enabled": "off → on [opens]",
  "function secret COLLEAGUE": "added: value 1a2b3c4d [extra]",
};
const noEnvironment = { stack: "dev", environment: {} } as const;

/** Returns a step in which the engine reports these paths of a resource with findings. */
function stepOf(
  op: "refresh" | "update",
  type: WatchType,
  paths: readonly string[],
  { found = live }: { readonly found?: object | undefined } = {},
) {
  const urn = `urn:pulumi:dev::thorbis-supabase::thorbis:components:Watch$${type}::watch`;
  const state = { urn, type, id: "ref", custom: true, inputs: {} };
  const detailedDiff = Object.fromEntries(
    paths.map((path) => [path, { diffKind: "update", inputDiff: false }]),
  );
  const [old, now] = op === "refresh" ? [{}, found] : [found, {}];
  return {
    ...{ op, urn, type, detailedDiff, provider: "" },
    old: { ...state, outputs: { live: old } },
    new: { ...state, outputs: { live: now } },
  };
}

function runWith(exitCode: number, ...steps: object[]): PulumiRun {
  const events = steps.map((metadata, sequence) => ({
    sequence,
    timestamp: 0,
    resOutputsEvent: { metadata },
  }));
  return { exitCode, stderr: "", durationSeconds: 1, events: events as never };
}

/** Returns a search for drift in which the engine reports these paths of ProjectWatch's findings. */
const searchWith = (...paths: string[]) =>
  runWith(7, stepOf("refresh", "supabasex:index:ProjectWatch", paths));

test.each([
  ["each by its name", ['live["auth setting saml_enabled"]', 'live["function secret COLLEAGUE"]']],
  ["the whole property", ["live"]],
])("ProjectWatch's findings are reported entry by entry if the engine names %s", (_, paths) => {
  const { drift } = buildReport(searchWith(...paths), { kind: "drift", ...noEnvironment });

  expect(
    drift.map(({ object, what, severity, description }) => [object, what, severity, description]),
  ).toEqual([
    ["auth setting saml_enabled", "changed", "high", "off → on"],
    ["function secret COLLEAGUE", "extra", "medium", "added: value 1a2b3c4d"],
  ]);
});

const subscription = "topic subscription email somebody@evil.example";
const subscribed = { [subscription]: "added: of account 123456789012 [opens]" };

test("AwsWatch's findings are reported entry by entry with their severity, and not as repaired", () => {
  const run = runWith(
    7,
    stepOf("refresh", "supabasex:index:AwsWatch", [`live[${JSON.stringify(subscription)}]`], {
      found: subscribed,
    }),
  );

  const message = `${addedInAws}\n  opens    ${subscription}: added: of account 123456789012`;
  const logged = { sequence: 9, timestamp: 0, diagnosticEvent: { severity: "warning", message } };

  const { drift, warnings } = buildReport(
    { ...run, events: [...run.events, logged as never] },
    { kind: "drift", ...noEnvironment },
  );

  expect(warnings).toEqual([]);
  expect(drift).toMatchObject([
    {
      ...{ object: subscription, what: "extra", severity: "high", outcome: "kept" },
      description: "added: of account 123456789012",
    },
  ]);
});

test.each(["supabasex:index:AwsWatch", "supabasex:index:ProjectWatch"] as const)(
  "what %s found is no change of the code, so a waived finding leaves a search clean",
  (type) => {
    const paths = [`live[${JSON.stringify(subscription)}]`];
    const refresh = runWith(7, stepOf("refresh", type, paths, { found: subscribed }));
    const preview = runWith(
      0,
      stepOf("refresh", type, paths, { found: subscribed }),
      stepOf("update", type, ["live"], { found: subscribed }),
    );
    const waiver = {
      ...{ stack: "dev", subject: subscription, reason: "r", owner: "o" },
      until: "2026-12-31",
    };
    const subject = { ...noEnvironment, now: new Date("2026-12-31T23:59:00Z") };

    const waived = driftReport(refresh, preview, { ...subject, waivers: [waiver] });
    const open = driftReport(refresh, preview, { ...subject, waivers: [] });

    expect(waived.report.changes).toEqual([]);
    expect([waived.exitCode, open.exitCode]).toEqual([0, 7]);
    expect(buildReport(preview, { kind: "preview", ...noEnvironment }).changes).toEqual([]);
  },
);

test("a difference of a setting, whose name contains a dot, is reported with its value", () => {
  const found = { "database settings": { "app.key": "absent → x [opens; by unknown]" } };
  const run = runWith(
    7,
    stepOf("refresh", "supabasex:index:SqlBundle", ['live["database settings"]["app.key"]'], { found }),
  );

  const { drift } = buildReport(run, { kind: "drift", ...noEnvironment });

  expect(drift).toMatchObject([
    { property: "app.key", description: "absent → x", severity: "high", author: "by unknown" },
  ]);
});
