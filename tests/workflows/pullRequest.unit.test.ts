import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ConcurrencyGroups } from "./concurrency";
import { expectExample } from "./examples";
import { hazardEvents, longReplacement, policyEvent, recordedWith, waitingRun } from "./playedRuns";
import { conclusions, executed, runSteps } from "./runner";
import { pullRequestWorkflows, WorkflowRuns } from "./workflowRuns";
import { createWorld, type World } from "./world";

// Executes every `run:` of a pull request's workflows, with our real programs, an engine that replays recordings of the real one,
// and GitHub's API over HTTP. `vitest -u` regenerates docs/examples/.

let world: World;
let runs: WorkflowRuns;

beforeAll(async () => {
  world = await createWorld();
  runs = new WorkflowRuns(world);
});
afterAll(async () => {
  await world?.remove();
});
beforeEach(() => world.reset());

const bodies = () => world.github.comments(7).map(({ body }) => body);

test("a pull request is previewed against the base commit and against dev, and commented on", async () => {
  world.play({ preview: "changeAndDrift" });

  const { previews, comment } = await runs.pullRequest();

  expect(conclusions(previews), previews.map(({ log }) => log).join("\n")).toEqual([
    "Preview like-dev: success",
    "Preview dev: success",
  ]);
  expect(comment.log).toBe("preview of like-dev: comment created\npreview of dev: comment created\n");
  expect(bodies()).toHaveLength(2);
  expect(previews[1]?.summary).toContain("### Preview of `dev`: changes");
  await expectExample(world, "change-and-drift", bodies()[1]);
  // The base commit was deployed, then the head was previewed against it.
  expect(world.commands().filter((line) => /npm (start|ci|run -s preview)/.test(line))).toEqual(
    expect.arrayContaining(["npm start -- --like dev"]),
  );
});

test("the comment of the executed preview has the new findings of Supabase's advisors", async () => {
  const lint = (name: string, level: string, detail: string, { object }: { readonly object: string }) => ({
    ...{ name, level, detail, title: name, cache_key: `${name}_${object}`, metadata: { name: object } },
    remediation: `https://supabase.com/docs/guides/database/database-linter?lint=${name}`,
  });
  const unused = lint("unused_index", "INFO", "Index points_by_day has not been used", {
    object: "points_by_day",
  });
  const exposed = lint("auth_users_exposed", "ERROR", "View everybody exposes auth.users", {
    object: "everybody",
  });
  const old = lint("rls_disabled_in_public", "ERROR", "Table public.old has no RLS", { object: "old" });
  world.play({ preview: "changeAndDrift" });
  world.adviseWith([old], [exposed, unused]);

  const { previews } = await runs.pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: success", "Preview dev: success"]);
  expect(bodies()[0]).toContain("Supabase's advisors have 1 new finding.");
  expect(bodies()[0]).not.toContain("unused_index");
  expect(bodies()[1]).not.toContain("advisors");
  await expectExample(world, "new-finding", bodies()[0]);
});

test("a change with a successful preview that does not deploy fails the executed preview", async () => {
  world.play({ preview: "changeAndDrift", up: "brokenMigration" });

  const { previews } = await runs.pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: success"]);
  expect(bodies()[0]).toContain(
    "**The preview succeeded, but the deployment of the change to a copy of its base failed with 1 error.**",
  );
});

test("packages that cannot be installed end the executed preview", async () => {
  world.play({ preview: "changeAndDrift" });
  world.refusePackages();

  const { previews } = await runs.pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: success"]);
  expect(previews[0]?.log).toMatch(
    /The packages of [0-9a-f]{12} cannot be installed: see the message of `npm ci` above\.\n$/,
  );
  expect(bodies()[0]).toContain("**The preview failed before it wrote a report: see the job's log.**");
});

test("a second run of the same pull request replaces its comments", async () => {
  world.play({ preview: "changeAndDrift" });
  await runs.pullRequest();
  world.play({ preview: "quiet" });

  await runs.pullRequest();

  expect(bodies()).toHaveLength(2);
  expect(bodies().every((body) => body.includes("nothing to do"))).toBe(true);
  await expectExample(world, "nothing-to-do", bodies()[1]);
});

test("two concurrent runs for one commit leave the newer one's comments, regardless of their order", async () => {
  world.play({ preview: "quiet" });
  const first = await runs.preview();
  const older = await runs.preview();
  world.play({ preview: "changeAndDrift" });
  const newer = await runs.preview();

  for (const { order, patches } of [
    { order: [older, newer], patches: [2, 2] },
    { order: [newer, older], patches: [2, 0] },
  ]) {
    world.github.issues.clear();
    await runs.comment(first);
    world.github.requests.splice(0);
    const groups = new ConcurrencyGroups();

    const comments = await Promise.all(order.map((preview) => runs.comment(preview, groups)));

    expect(comments.map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
    expect(bodies()).toHaveLength(2);
    expect(bodies().every((body) => body.includes(`: run ${newer.runId}.1 -->`))).toBe(true);
    // One run finished before the other started, so neither overwrote the other's changes.
    const [, ...parts] = world.github.requests.join("\n").split(/^GET \S+\/pulls$/m);
    expect(parts.map((part) => part.split("PATCH").length - 1)).toEqual(patches);
  }
});

test.each([
  ["brokenMigration", "broken-migration", "points.sql:1:47: syntax error"],
  ["badConfiguration", "bad-configuration", "is not a known key"],
] as const)("%s: the job fails, and the comment says why", async (recording, example, reason) => {
  world.play({ preview: recording });

  const { previews, comment } = await runs.pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: failure"]);
  expect(comment.conclusion).toBe("success");
  expect(bodies()[1]).toContain(reason);
  await expectExample(world, example, bodies()[1]);
});

test("the replacement of a bucket is listed first", async () => {
  world.play({ preview: "replacement" });

  await runs.pullRequest();

  expect(bodies()[1]).toMatch(/replaces 11[^\n]*\n\n#### Replaced or deleted, with their contents\n/);
  await expectExample(world, "replacement", bodies()[1]);
});

test("70,000 characters of diff are truncated in the comment and complete in the artifact", async () => {
  world.play({ preview: longReplacement(world.scratch) });

  await runs.pullRequest();

  expect(bodies()[1]?.length).toBeLessThanOrEqual(65_536);
  expect(bodies()[1]).toContain("characters are left out here");
  expect(bodies()[1]).toContain("backup-bucket-bucket");
});

test("hazards of a migration are on the first screen, followed by what it would block", async () => {
  world.play({ preview: recordedWith(world.scratch, "changeAndDrift", { added: hazardEvents() }) });

  await runs.pullRequest();

  const [screen = "", below = ""] = (bodies()[1] ?? "").split("<details>", 2);
  expect(screen).toContain("| `table-rewrite` | `shared.customers` |");
  expect(screen).toContain("Accepted: `nobody reads the column`");
  expect(bodies()[1]).toContain("shared.customers (500000 rows, 123 MB): ACCESS EXCLUSIVE for 28.4 s");
  expect(below).not.toBe("");
  await expectExample(world, "hazards", bodies()[1]);
});

test("a violated policy refuses the pull request, and the comment names policy and resource", async () => {
  const violation = policyEvent({
    resource: "aws:s3/bucket:Bucket::backup-bucket-bucket",
    policyName: "s3-bucket-has-own-key",
    message: "Backups must be encrypted with the project's own key.",
  });
  world.play({ preview: recordedWith(world.scratch, "quiet", { exitCode: 255, added: [violation] }) });

  const { previews } = await runs.pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: failure"]);
  expect(bodies()[1]).toContain("1 policy is violated; nothing was changed.");
  await expectExample(world, "policy-violation", bodies()[1]);
});

test.each([
  ["a gateway that fails once", { status: 502, body: {} }],
  [
    "a rate limit of a second",
    { status: 429, body: { message: "rate limit" }, headers: { "retry-after": "1" } },
  ],
])("%s does not prevent the comment", async (_, answer) => {
  world.play({ preview: "quiet" });
  world.github.faults.push({ method: "GET", path: /comments$|comments\?/, times: 1, ...answer });

  const { comment } = await runs.pullRequest();

  expect(comment.conclusion, comment.log).toBe("success");
  expect(bodies()).toHaveLength(2);
});

test("a fork gets the preview without credentials, and a comment that says so", async () => {
  world.play({ preview: "changeAndDrift" });

  const { previews } = await runs.pullRequest({ fork: true });

  expect(conclusions(previews)).toEqual([
    "Preview like-dev: success",
    expect.stringMatching(/^Preview .*: skipped$/),
  ]);
  expect(previews.map(({ log }) => log).join("\n")).not.toContain("sbp_");
  expect(bodies()).toHaveLength(1);
  await expectExample(world, "fork", bodies()[0]);
});

test("a cancelled run leaves a report and a comment", async () => {
  world.play({ preview: waitingRun(world.scratch) });

  const { previews } = await runs.pullRequest({
    whileRunning: (step, cancel) => {
      if (step === "Preview") void world.engineAtWork().then(cancel);
    },
  });

  expect(conclusions(previews)).toEqual(["Preview like-dev: cancelled", "Preview dev: cancelled"]);
  expect(bodies()[1]).toContain("**The preview was cancelled before it ended.**");
  await expectExample(world, "cancelled", bodies()[1]);
});

test("a refusal of the API is one sentence in the job's log", async () => {
  world.play({ preview: "quiet" });
  world.github.faults.push({
    method: "POST",
    path: /comments$/,
    status: 403,
    body: { message: "no" },
    times: 9,
  });

  const { comment } = await runs.pullRequest();

  expect(comment.conclusion).toBe("failure");
  expect(comment.log).toBe(
    "GitHub did not allow this run to write the comment: the token lacks a permission (403); give the job `permissions: pull-requests: write`.\n",
  );
});

test("every script of these workflows was executed by these tests", () => {
  const steps = pullRequestWorkflows.flatMap(runSteps);

  expect(steps.length).toBeGreaterThan(5);
  expect(steps.filter((step) => !executed.has(step))).toEqual([]);
});
