import { expect, test } from "vitest";
import { type DriftSubject, driftReport } from "../../../ops/drift/search";
import type { DriftWaiver } from "../../../ops/drift/waivers";
import { renderMarkdown } from "../../../ops/report/markdown/render";
import { recorded } from "../recordings/recording";

const clean = { ...recorded("quiet"), exitCode: 0 };
const now = new Date("2026-11-28T12:00:00Z");
const subject: DriftSubject = { stack: "prod", waivers: [], now, environment: {} };

const rogue: DriftWaiver = {
  stack: "prod",
  subject: "policy shared.customers rogue",
  reason: "the support team reads until the migration",
  owner: "platform@thorbis.com",
  until: "2026-11-28",
};
const dropped: DriftWaiver = { ...rogue, subject: "policy shared.customers tenant_isolation" };

test("nothing changed and everything deployed: exit code 0", () => {
  const { report, exitCode } = driftReport(clean, clean, subject);

  expect(exitCode).toBe(0);
  expect(report.verdict).toEqual({ status: "unchanged", sentence: "Nothing was changed outside of Pulumi." });
});

test("the duration of both checks has one decimal place", () => {
  const seconds = (one: number, other: number) =>
    driftReport({ ...clean, durationSeconds: one }, { ...clean, durationSeconds: other }, subject).report
      .durationSeconds;

  expect([seconds(0.1, 0.2), seconds(12.345, 7.891), seconds(1, 2)]).toEqual([0.3, 20.2, 3]);
});

test("a manual change: exit code 7, with its name and repair", () => {
  const { report, exitCode } = driftReport(recorded("driftSearch"), clean, subject);

  expect(exitCode).toBe(7);
  expect(report.verdict.sentence).toBe("2 differences were made outside of Pulumi, 2 of them about access.");
  expect(renderMarkdown(report)).toContain("#### Changed manually, and kept by deployments");
});

test("code that was not deployed: exit code 7, separate from what the deployment would repair", () => {
  const { report, exitCode } = driftReport(clean, recorded("changeAndDrift"), subject);

  expect(exitCode).toBe(7);
  expect(report.verdict.sentence).toBe("The code has changes of 1 resource that were not deployed.");
  expect(report.drift).toEqual([]);
  expect(renderMarkdown(report)).toContain("#### Code that was not deployed");
});

test.each([
  ["the refresh", { ...clean, exitCode: 1 }, undefined],
  ["the preview", clean, recorded("brokenMigration")],
  ["the preview, of a stack that has drifted", recorded("driftSearch"), recorded("brokenMigration")],
])("if %s fails, the search fails, with neither 0 nor 7", (_name, refresh, preview) => {
  const { report, exitCode } = driftReport(refresh, preview, subject);

  expect(exitCode).toBe(1);
  expect(report.verdict.status).toBe("failed");
});

test("differences that the engine found and the report cannot describe fail the search", () => {
  const { report, exitCode } = driftReport({ ...clean, exitCode: 7 }, clean, subject);

  expect(exitCode).toBe(1);
  expect(report.verdict).toEqual({
    status: "failed",
    sentence: "The search for drift failed with 1 error. Nothing was changed.",
  });
  expect(report.errors[0]?.message).toContain("refresh --preview-only --diff -s prod");
});

test("an expired waiver counts as drift although another waiver of the same difference is valid", () => {
  const expired = { ...rogue, until: "2026-11-01" };
  const { report, exitCode } = driftReport(recorded("driftSearch"), clean, {
    ...subject,
    waivers: [expired, rogue, dropped],
  });

  expect(exitCode).toBe(7);
  expect(report.drift.every(({ waiver }) => waiver !== undefined)).toBe(true);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("expired on 2026-11-01"),
  ]);
});

test("a waiver of a resource that does not exist is reported, and waives nothing", () => {
  const unknown = { ...rogue, subject: "policy shared.nowhere rogue" };
  const { report, exitCode } = driftReport(clean, clean, { ...subject, waivers: [unknown] });

  expect(exitCode).toBe(0);
  expect(report.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("policy shared.nowhere rogue (platform@thorbis.com"),
  ]);
});

test.each(["2026-02-30", "2026-13-01", "2026-1-1", "28.11.2026", ""])(
  "a waiver until %j is refused",
  (until) => {
    expect(() => driftReport(clean, clean, { ...subject, waivers: [{ ...rogue, until }] })).toThrow(
      "until must be a date (YYYY-MM-DD)",
    );
  },
);

test("a difference with a waiver that includes today does not count as drift, and is shown with its reason", () => {
  const { report, exitCode } = driftReport(recorded("driftSearch"), clean, {
    ...subject,
    waivers: [rogue, dropped],
  });

  expect(exitCode).toBe(0);
  expect(report.verdict.sentence).toBe("2 differences are accepted for now.");
  expect(renderMarkdown(report)).toContain(
    "| 2026-11-28 | `policy shared.customers rogue` | `platform@thorbis.com` | `the support team reads until the migration` |",
  );
});

test("a waiver that ended yesterday counts as drift, even if nothing differs any more", () => {
  const expired = { ...rogue, until: "2026-11-27" };

  expect(
    driftReport(recorded("driftSearch"), clean, { ...subject, waivers: [expired, dropped] }).exitCode,
  ).toBe(7);
  const { report, exitCode } = driftReport(clean, clean, { ...subject, waivers: [expired] });
  expect(exitCode).toBe(7);
  expect(report.verdict).toEqual({
    status: "changes",
    sentence: "Nothing was changed outside of Pulumi. 1 waiver has expired.",
  });
  expect(renderMarkdown(report)).toContain("#### Warnings");
  expect(report.warnings.map(({ message }) => message)).toEqual([
    "The waiver of policy shared.customers rogue (platform@thorbis.com: the support team reads until the migration) expired on 2026-11-27: renew it in ops/drift/waivers.ts, or remove it.",
  ]);
});

test("a waiver of another stack, object or property waives nothing", () => {
  const others = [
    { ...rogue, stack: "dev" },
    { ...rogue, subject: "policy shared.customers other" },
    { ...rogue, property: "using" },
  ];

  const { report, exitCode } = driftReport(recorded("driftSearch"), clean, { ...subject, waivers: others });
  expect(exitCode).toBe(7);
  expect(report.drift.filter(({ waiver }) => waiver)).toEqual([]);
  expect(report.warnings).toHaveLength(2);
});

test("a waiver without a valid date is refused", () => {
  const waivers = [{ ...rogue, until: "soon" }];

  expect(() => driftReport(clean, clean, { ...subject, waivers })).toThrow(
    'The waiver of policy shared.customers rogue in ops/drift/waivers.ts: until must be a date (YYYY-MM-DD), but is "soon".',
  );
});
