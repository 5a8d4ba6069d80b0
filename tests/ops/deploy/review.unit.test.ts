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

test("a change is compared even if a resource of another type has the same name", () => {
  const run = recorded("changeAndDrift");
  const report = buildReport(run, { kind: "preview", stack: "prod", commit, environment: {} });
  const [change] = report.changes;
  if (change === undefined) throw new Error("The recording has no change.");
  const twin = (to: string) => ({
    ...change,
    resource: { ...change.resource, type: "aws:s3:Bucket" },
    properties: [{ path: "acl", change: "update" as const, replaces: false, to }],
  });
  const reviewed = (to: string, order = (changes: (typeof change)[]) => changes) =>
    reviewOf({
      ...{ stack: "prod", commit, run, plan: "{}" },
      report: { ...report, changes: order([twin(to), change]) },
    });

  expect(() => requireSameWorld(reviewed("private"), reviewed("private"))).not.toThrow();
  // The engine's events have no fixed order.
  expect(() =>
    requireSameWorld(
      reviewed("private"),
      reviewed("private", (changes) => changes.reverse()),
    ),
  ).not.toThrow();
  expect(() => requireSameWorld(reviewed("private"), reviewed("public-read"))).toThrow(
    refused(`something else has changed since the review (update ${change.resource.name})`),
  );
});

test.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["another version", '{"version":2}'],
  ["an unknown field", JSON.stringify({ ...reviewFields(), approvedBy: "nobody" })],
  ["a digest that is not text", JSON.stringify({ ...reviewFields(), plan: 1 })],
])("a review that was replaced by %s is refused", async (_, text) => {
  writeFileSync(planFile(folder), "{}");
  writeFileSync(path.join(folder, "review.json"), text);

  await expect(readReview(folder)).rejects.toThrow(
    "is not a review in the format of this version: create a new plan and have it reviewed.",
  );
});

test.each([
  ["nothing", (text: string) => text, true],
  ["a space at the end of the plan", (text: string) => `${text} `, false],
  ["another plan", () => '{"resourcePlans":{}}', false],
  ["an empty plan", () => "", false],
])("after the review, %s was changed", async (_, change, isAccepted) => {
  await writeReview(folder, review("quiet", '{"a":1}'));
  writeFileSync(planFile(folder), change('{"a":1}'));

  const read = readReview(folder);
  if (isAccepted) expect((await read).commit).toBe(commit);
  else await expect(read).rejects.toThrow("is not the plan that was reviewed");
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

/** Returns the fields of a valid review. */
function reviewFields() {
  return { version: 1, stack: "prod", commit, plan: "0".repeat(64), resources: {}, report: {} };
}
