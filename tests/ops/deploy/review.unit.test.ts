import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  planFile,
  readReview,
  requireSameSubject,
  requireSameWorld,
  reviewOf,
  writeReview,
} from "../../../ops/deploy/review";
import type { PulumiRun } from "../../../ops/pulumi";
import { buildReport } from "../../../ops/report/build";
import { type RecordingName, recorded } from "../recordings/recording";

const commit = "a".repeat(40);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "plan "));
});
afterEach(() => rmSync(folder, { recursive: true }));

function review(source: RecordingName | PulumiRun, plan = "{}") {
  const run = typeof source === "string" ? recorded(source) : source;
  const report = buildReport(run, { kind: "preview", stack: "prod", commit, environment: {} });
  return reviewOf({ stack: "prod", commit, run, report, plan });
}

const refused = (why: string) =>
  `The reviewed plan is not applied, because ${why}: nothing was changed; create a new plan and have it reviewed.`;

test("a written review can be read", async () => {
  writeFileSync(planFile(folder), "{}");
  await writeReview(folder, review("changeAndDrift"));

  expect(await readReview(folder)).toEqual(review("changeAndDrift"));
});

test("an unchanged plan is applied, also after repeated checks", () => {
  expect(() => requireSameWorld(review("changeAndDrift"), review("changeAndDrift", "{ }"))).not.toThrow();
});

test("a policy that was dropped after the review is named", () => {
  expect(() => requireSameWorld(review("quiet"), review("changeAndDrift"))).toThrow(
    /policy shared\.customers tenant_isolation is missing/,
  );
});

test("a changed resource is named, although the report does not mention it", () => {
  const before = recorded("driftSearch");
  const events = JSON.parse(
    JSON.stringify(before.events).replaceAll('"op":"update"', '"op":"refresh"'),
  ) as PulumiRun["events"];
  const after = JSON.parse(
    JSON.stringify(events).replaceAll("for select to anon", "for all to anon"),
  ) as typeof events;
  const [one, other] = [review({ ...before, events }), review({ ...before, events: after })];

  expect(() => requireSameWorld(one, { ...other, report: one.report })).toThrow(
    refused("something else has changed since the review (sql-bundle)"),
  );
});

test("another commit and another stack are refused before any request", () => {
  const head = "b".repeat(40);

  expect(() => requireSameSubject(review("quiet"), { stack: "prod", commit: head })).toThrow(
    refused("it is for commit aaaaaaaaaaaa, but bbbbbbbbbbbb is checked out"),
  );
  expect(() => requireSameSubject(review("quiet"), { stack: "dev", commit })).toThrow(
    refused("it is for stack prod, not for dev"),
  );
  expect(() => requireSameSubject(review("quiet"), { stack: "prod", commit })).not.toThrow();
});

test("a replaced plan, a review of another format and an empty folder are refused", async () => {
  await expect(readReview(folder)).rejects.toThrow(
    "contains no reviewed plan: create one with `npm run plan",
  );

  writeFileSync(planFile(folder), "{}");
  await writeReview(folder, review("quiet"));
  writeFileSync(planFile(folder), '{"resourcePlans":{}}');
  await expect(readReview(folder)).rejects.toThrow("is not the plan that was reviewed");

  const file = path.join(folder, "review.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"version": 1', '"version": 2'));
  await expect(readReview(folder)).rejects.toThrow("is not a review in the format of this version");
});
