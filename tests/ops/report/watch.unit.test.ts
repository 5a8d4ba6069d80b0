import { expect, test } from "vitest";
import type { PulumiRun } from "../../../ops/pulumi";
import { buildReport } from "../../../ops/report/build";

const urn =
  "urn:pulumi:dev::thorbis-supabase::thorbis:components:ProjectWatch$supabasex:index:ProjectWatch::project-watch-baseline";
const live = {
  "auth setting saml_enabled": "off → on [opens]",
  "function secret COLLEAGUE": "added: value 1a2b3c4d [extra]",
};

/** A search for drift in which the engine reports these paths of ProjectWatch's findings. */
function searchWith(...paths: string[]): PulumiRun {
  const state = { urn, type: "supabasex:index:ProjectWatch", id: "ref", custom: true, inputs: {} };
  const detailedDiff = Object.fromEntries(
    paths.map((path) => [path, { diffKind: "update", inputDiff: false }]),
  );
  const metadata = {
    ...{ op: "refresh", urn, type: state.type, detailedDiff, provider: "" },
    old: { ...state, outputs: { live: {} } },
    new: { ...state, outputs: { live } },
  };
  const events = [{ sequence: 0, timestamp: 0, resOutputsEvent: { metadata } }];
  return { exitCode: 7, stderr: "", durationSeconds: 1, events: events as never };
}

test.each([
  ["each by its name", ['live["auth setting saml_enabled"]', 'live["function secret COLLEAGUE"]']],
  ["the whole property", ["live"]],
])("ProjectWatch's findings are reported entry by entry if the engine names %s", (_, paths) => {
  const { drift } = buildReport(searchWith(...paths), { kind: "drift", stack: "dev", environment: {} });

  expect(
    drift.map(({ object, what, severity, description }) => [object, what, severity, description]),
  ).toEqual([
    ["auth setting saml_enabled", "changed", "high", "off → on"],
    ["function secret COLLEAGUE", "extra", "medium", "added: value 1a2b3c4d"],
  ]);
});
