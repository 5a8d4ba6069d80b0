import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ConcurrencyGroups } from "./concurrency";
import { expectExample } from "./examples";
import { policyEvent, recordedWith } from "./playedRuns";
import { conclusions, executed, runSteps, workflow, workflowNames } from "./runner";
import { pullRequestWorkflows, WorkflowRuns } from "./workflowRuns";
import { createWorld, type World } from "./world";

// Executes every `run:` of all other workflows, as in pullRequest.unit.test.ts.

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

test("dev is deployed, then prod's plan is created, approved and applied", async () => {
  world.play({ preview: "changeAndDrift", up: "up" });

  const jobs = await runs.run("deploy", {});

  expect(conclusions(jobs), jobs.map(({ log }) => log).join("\n")).toEqual([
    "Deploy dev: success",
    "Plan prod: success",
    "Deploy prod: success",
  ]);
  expect(world.commands().filter((line) => line.startsWith("pulumi"))).toEqual([
    "pulumi preview --stack dev --policy-pack",
    "pulumi up --stack dev --policy-pack",
    "pulumi preview --stack prod --policy-pack",
    "pulumi preview --stack prod --policy-pack",
    "pulumi up --stack prod --policy-pack",
  ]);
  await expectExample(world, "deployment", jobs[2]?.summary);
});

test("of three concurrent commits the first is deployed completely, and then the last one", async () => {
  world.play({ preview: "quiet", up: "up" });
  const groups = new ConcurrencyGroups();
  const base = runs.runId;
  runs.runId += 3;

  const results = await Promise.all(
    [1, 2, 3].map((at) => runs.run("deploy", {}, { runId: base + at, groups })),
  );

  const logs = results.flat().map(({ log }) => log);
  expect(
    results.map((jobs) => jobs[0]).map((job) => job?.conclusion),
    logs.join("\n"),
  ).toEqual(["success", "cancelled", "success"]);
  expect(results[1]?.map(({ conclusion }) => conclusion)).toEqual(["cancelled", "skipped", "skipped"]);
  // No deployment of a stack began before the last one had ended.
  const commands = world.commands();
  for (const stack of ["dev", "prod"]) {
    const up = `pulumi up --stack ${stack}`;
    expect(commands.filter((line) => line.includes(up)).map((line) => line.split(" --policy")[0])).toEqual([
      ...[up, `ended ${up}`],
      ...[up, `ended ${up}`],
    ]);
  }
});

test("a manual change after the approval stops prod's deployment with one sentence", async () => {
  world.play({ preview: "quiet", up: "up" });

  const jobs = await runs.run(
    "deploy",
    {},
    {
      whileRunning: (step) => {
        if (step === "Deploy what was reviewed") world.play({ preview: "changeAndDrift", up: "up" });
      },
    },
  );

  expect(conclusions(jobs)).toEqual(["Deploy dev: success", "Plan prod: success", "Deploy prod: failure"]);
  expect(jobs[2]?.log).toContain(
    "The reviewed plan is not applied, because something else has changed since the review",
  );
  expect(jobs[2]?.log).toContain("policy shared.customers tenant_isolation is missing");
  expect(world.commands()).not.toContain("pulumi up --stack prod --policy-pack");
});

test("a violation of the policy pack ends the deployment of dev before anything is changed", async () => {
  const violation = policyEvent({
    resource: "aws:sqs/queue:Queue::letters",
    policyName: "queue-is-encrypted",
    message: "letters must be encrypted.",
  });
  const preview = recordedWith(world.scratch, "quiet", { exitCode: 255, added: [violation] });
  world.play({ preview, up: "up" });

  const jobs = await runs.run("deploy", {});

  expect(jobs.map(({ conclusion }) => conclusion)).toEqual(["failure", "skipped", "skipped"]);
  expect(jobs[0]?.summary).toContain("1 policy is violated; nothing was changed.");
  expect(jobs[0]?.summary).toContain("letters must be encrypted.");
  expect(world.commands().filter((line) => line.startsWith("pulumi"))).toEqual([
    "pulumi preview --stack dev --policy-pack",
  ]);
});

test("a failed deployment of dev ends before prod is planned", async () => {
  world.play({ preview: "quiet", up: "brokenMigration" });

  const jobs = await runs.run("deploy", {});

  expect(jobs.map(({ conclusion }) => conclusion)).toEqual(["failure", "skipped", "skipped"]);
});

test("drift of prod opens one issue for all hourly runs, and dev is checked once a day", async () => {
  world.play({ refresh: "driftSearch", preview: "changeAndDrift" });
  const hourly = { event: { schedule: "17 * * * *" } };

  const [first] = await runs.run("drift", hourly);
  const [second] = await runs.run("drift", hourly);

  // The search found drift, so the job fails to get attention.
  expect([first?.name, first?.conclusion]).toEqual(["Drift of prod", "failure"]);
  expect(first?.log).toContain("The issue about drift of prod: opened.");
  expect(second?.log).toContain("The issue about drift of prod: unchanged.");
  await expectExample(world, "drift-issue", [...world.github.issues.values()][0]?.body);

  world.play({ refresh: "quiet", preview: "quiet" });
  const [third] = await runs.run("drift", hourly);
  expect(third?.conclusion).toBe("success");
  expect([...world.github.issues.values()].map(({ state }) => state)).toEqual(["closed"]);
  expect((await runs.run("drift", { event: { schedule: "43 5 * * *" } })).map(({ name }) => name)).toEqual([
    "Drift of dev",
  ]);
  expect((await runs.run("drift", { event: {} })).map(({ name }) => name)).toEqual([
    "Drift of dev",
    "Drift of prod",
  ]);
});

test("a failed search for drift does not change the issue", async () => {
  world.play({ refresh: "brokenMigration" });

  const [job] = await runs.run("drift", { event: { schedule: "17 * * * *" } });

  expect(job?.conclusion).toBe("failure");
  expect(job?.log).toContain("The search for drift failed");
  expect(world.github.issues.size).toBe(0);
});

test("a new backup image is pushed and proposed for prod", async () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const needs = { image: { outputs: { digest } } };

  const jobs = await runs.run(
    "backup-image",
    { repository_owner: "thorbis" },
    { contexts: { needs, steps: {} } },
  );

  expect(conclusions(jobs), jobs.map(({ log }) => log).join("\n")).toEqual([
    "Build, scan, push: success",
    "Propose the digest for prod: success",
  ]);
  expect(jobs[1]?.log).toMatch(/^Backup image of prod: pull request \d+\.\n$/);
  expect(world.github.files.get("Pulumi.prod.yaml")).toContain(`supabase-backup@${digest}\n`);
});

test("the tests run on every supported Node and PostgreSQL", async () => {
  const jobs = await runs.run("check", {});

  expect(jobs).toHaveLength(7);
  expect(jobs.every(({ conclusion }) => conclusion === "success")).toBe(true);
  expect(world.commands().filter((line) => line.startsWith("npm test"))).toEqual([
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
  ]);
});

test("the AWS resources are scanned every week, and in every pull request that may change them", async () => {
  const { on } = workflow("audit") as { on: { pull_request: { paths: string[] }; schedule: unknown[] } };

  const jobs = await runs.run("audit", {});

  expect(conclusions(jobs)).toEqual(["Scan the AWS resources: success"]);
  expect(world.commands()).toEqual(["npm ci", "npm run -s audit"]);
  expect(on.schedule).toHaveLength(1);
  for (const folder of ["components", "stack", "bootstrap", "audit", "policy"])
    expect(on.pull_request.paths).toContain(`${folder}/**`);
});

test("every script of these workflows was executed by these tests", () => {
  const names = workflowNames.filter((name) => !pullRequestWorkflows.includes(name));
  const steps = names.flatMap(runSteps);

  expect(steps.length).toBeGreaterThan(10);
  expect(steps.filter((step) => !executed.has(step))).toEqual([]);
});
