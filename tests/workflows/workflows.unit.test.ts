import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import type { PulumiRun } from "../../ops/pulumi";
import { hazardLines, hazardsFound, lockLines, wouldBlock } from "../../plugins/supabasex/lockMessages";
import { recorded } from "../ops/recordings/recording";
import { ConcurrencyGroups } from "./concurrency";
import type { Contexts } from "./expression";
import { executed, type JobResult, runSteps, runWorkflow, workflowNames } from "./runner";
import { createWorld, token, type World } from "./world";

// Every `run:` of every workflow, executed: our programs as they are, an engine that plays recordings of the real one, GitHub's API
// over HTTP. `vitest -u` writes docs/examples/ again.

let world: World;
let runId = 100;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world?.remove();
});
beforeEach(() => {
  world.forgetArtifacts();
  world.github.issues.clear();
  world.github.faults.length = 0;
  world.github.pulls.splice(0);
  world.commands();
});

interface PullRequest {
  readonly fork?: boolean;
  readonly whileRunning?: (step: string, cancel: () => void) => void;
}

const repositoryOf = (fork: boolean) => (fork ? "somebody/stack" : "thorbis/stack");

/** Runs `preview` for a pull request, and `comment` behind it, as GitHub does. */
async function pullRequest(options: PullRequest = {}): Promise<{
  readonly previews: JobResult[];
  readonly comment: JobResult;
}> {
  const preview = await previewPullRequest(options);
  return { previews: preview.results, comment: await commentOn(preview) };
}

interface Preview {
  readonly runId: number;
  readonly headRepository: HeadRepository;
  readonly results: JobResult[];
}

interface HeadRepository {
  readonly full_name: string;
  readonly owner: { readonly login: string };
}

async function previewPullRequest({ fork = false, whileRunning }: PullRequest = {}): Promise<Preview> {
  runId += 1;
  const { github } = world;
  const owner = repositoryOf(fork).split("/")[0] ?? "";
  const headRepository = { full_name: repositoryOf(fork), owner: { login: owner } };
  github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: `${owner}:points`, sha: world.head, repo: headRepository },
  });
  const results = await run(
    "preview",
    {
      event: {
        pull_request: {
          number: 7,
          head: { sha: world.head, repo: headRepository },
          base: { sha: world.base },
        },
      },
    },
    whileRunning === undefined ? {} : { whileRunning },
  );
  github.jobs.set(
    `${runId}/1`,
    results.map(({ name, conclusion }) => ({
      name,
      conclusion,
      html_url: `https://github.com/job/${name.replace(" ", "-")}`,
    })),
  );
  return { runId, headRepository, results };
}

async function commentOn(
  { runId: id, headRepository }: Preview,
  groups?: ConcurrencyGroups,
): Promise<JobResult> {
  const event = {
    workflow_run: {
      ...{ id, run_attempt: 1, event: "pull_request", head_sha: world.head, head_branch: "points" },
      html_url: "https://github.com/run",
      head_repository: headRepository,
    },
    repository: { full_name: "thorbis/stack" },
  };
  const [comment] = await run(
    "comment",
    { event },
    { runId: id, ...(groups === undefined ? {} : { groups }) },
  );
  if (comment === undefined) throw new Error("the workflow comment has no job");
  return comment;
}

interface More {
  readonly whileRunning?: (step: string, cancel: () => void) => void;
  readonly vars?: Record<string, string>;
  readonly contexts?: Contexts;
  /** By default that of the newest pull request's run. */
  readonly runId?: number;
  readonly groups?: ConcurrencyGroups;
}

async function run(
  name: string,
  github: Record<string, unknown>,
  { vars, contexts, runId: id = runId, ...more }: More = {},
): Promise<JobResult[]> {
  const eventFile = path.join(world.scratch, `event-${name}-${id}.json`);
  writeFileSync(eventFile, JSON.stringify(github.event ?? {}));
  return await runWorkflow(name, {
    workspace: world.workspace,
    scratch: world.scratch,
    contexts: {
      github: { repository: "thorbis/stack", token, sha: world.head, ...github },
      vars: {
        PREVIEW_STACKS: '["dev"]',
        AWS_ROLE: "role",
        AWS_REGION: "us-east-1",
        PULUMI_BACKEND_URL: "s3://state",
        ...vars,
      },
      secrets: { SUPABASE_ACCESS_TOKEN: "sbp_secretOfTheEnvironment" },
      ...contexts,
    },
    environment: { ...world.environment, GITHUB_EVENT_PATH: eventFile, GITHUB_RUN_ID: String(id) },
    ...more,
  });
}

const conclusions = (results: readonly JobResult[]) =>
  results.map(({ name, conclusion }) => `${name}: ${conclusion}`);
const bodies = () => world.github.comments(7).map(({ body }) => body);

/** Compares with an example of the documentation; what differs from run to run is left out. */
async function expectExample(name: string, body: string | undefined): Promise<void> {
  const text = (body ?? "")
    .replaceAll(world.head, "0123456789abcdef0123456789abcdef01234567")
    .replaceAll(world.head.slice(0, 12), "0123456789ab")
    .replace(/run \d+\.1 -->/, "run 100.1 -->")
    .replace(/[\d.]+ s( ·|<)/, "12 s$1")
    .replace(/actions\/runs\/\d+/, "actions/runs/100");
  await expect(`${text}\n`).toMatchFileSnapshot(path.join(checkoutRoot(), "docs", "examples", `${name}.md`));
}

test("a pull request is previewed against the base commit and against dev, and commented on", async () => {
  world.play({ preview: "changeAndDrift" });

  const { previews, comment } = await pullRequest();

  expect(conclusions(previews), previews.map(({ log }) => log).join("\n")).toEqual([
    "Preview like-dev: success",
    "Preview dev: success",
  ]);
  expect(comment.log).toBe("preview of like-dev: comment created\npreview of dev: comment created\n");
  expect(bodies()).toHaveLength(2);
  expect(previews[1]?.summary).toContain("### Preview of `dev`: changes");
  await expectExample("change-and-drift", bodies()[1]);
  // The base commit was brought up, then the head previewed against it.
  expect(world.commands().filter((line) => /npm (start|ci|run -s preview)/.test(line))).toEqual(
    expect.arrayContaining(["npm start -- --like dev"]),
  );
});

test("the comment of the executed preview has the new findings of Supabase's advisors", async () => {
  const lint = (name: string, level: string, detail: string, object: string) => ({
    ...{ name, level, detail, title: name, cache_key: `${name}_${object}`, metadata: { name: object } },
    remediation: `https://supabase.com/docs/guides/database/database-linter?lint=${name}`,
  });
  const unused = lint("unused_index", "INFO", "Index points_by_day has not been used", "points_by_day");
  const exposed = lint("auth_users_exposed", "ERROR", "View everybody exposes auth.users", "everybody");
  const old = lint("rls_disabled_in_public", "ERROR", "Table public.old has no RLS", "old");
  world.play({ preview: "changeAndDrift" });
  world.adviseWith([old], [exposed, unused]);

  const { previews } = await pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: success", "Preview dev: success"]);
  expect(bodies()[0]).toContain("Supabase's advisors have 1 new finding.");
  expect(bodies()[0]).not.toContain("unused_index");
  expect(bodies()[1]).not.toContain("advisors");
  await expectExample("new-finding", bodies()[0]);
});

test("a change with a successful preview that does not deploy fails the executed preview", async () => {
  world.play({ preview: "changeAndDrift", up: "brokenMigration" });

  const { previews } = await pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: success"]);
  expect(bodies()[0]).toContain(
    "**The preview succeeded, but the deployment of the change to a copy of its base failed with 1 error.**",
  );
});

test("a second run of the same pull request replaces its comments", async () => {
  world.play({ preview: "changeAndDrift" });
  await pullRequest();
  world.play({ preview: "quiet" });

  await pullRequest();

  expect(bodies()).toHaveLength(2);
  expect(bodies().every((body) => body.includes("nothing to do"))).toBe(true);
  await expectExample("nothing-to-do", bodies()[1]);
});

test("two runs about one commit at once leave the newer one's comments, whichever comes first", async () => {
  world.play({ preview: "quiet" });
  const first = await previewPullRequest();
  const older = await previewPullRequest();
  world.play({ preview: "changeAndDrift" });
  const newer = await previewPullRequest();

  for (const { order, patches } of [
    { order: [older, newer], patches: [2, 2] },
    { order: [newer, older], patches: [2, 0] },
  ]) {
    world.github.issues.clear();
    await commentOn(first);
    world.github.requests.splice(0);
    const groups = new ConcurrencyGroups();

    const comments = await Promise.all(order.map((preview) => commentOn(preview, groups)));

    expect(comments.map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
    expect(bodies()).toHaveLength(2);
    expect(bodies().every((body) => body.includes(`: run ${newer.runId}.1 -->`))).toBe(true);
    // The one was done before the other began: neither wrote over what the other had just written.
    const [, ...parts] = world.github.requests.join("\n").split(/^GET \S+\/pulls$/m);
    expect(parts.map((part) => part.split("PATCH").length - 1)).toEqual(patches);
  }
});

test.each([
  ["brokenMigration", "broken-migration", "points.sql:1:47: syntax error"],
  ["badConfiguration", "bad-configuration", "is not a known key"],
] as const)("%s: the job fails, and the comment says why", async (recording, example, reason) => {
  world.play({ preview: recording });

  const { previews, comment } = await pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: failure"]);
  expect(comment.conclusion).toBe("success");
  expect(bodies()[1]).toContain(reason);
  await expectExample(example, bodies()[1]);
});

test("the replacement of a bucket comes first", async () => {
  world.play({ preview: "replacement" });

  await pullRequest();

  expect(bodies()[1]).toMatch(/replaces 11[^\n]*\n\n#### Replaced or deleted, with their contents\n/);
  await expectExample("replacement", bodies()[1]);
});

test("70,000 characters of diff are cut to fit into the comment, and are complete in the artifact", async () => {
  const long = JSON.parse(JSON.stringify(recorded("replacement"))) as PulumiRun;
  const lines = Array.from({ length: 1000 }, (_, at) => `${at} ${"x".repeat(70)}`).join("\\n");
  const text = JSON.stringify(long).replace(
    '"forceDestroy":false',
    `"forceDestroy":false,"policy":"${lines}"`,
  );
  const file = path.join(world.scratch, "long.json");
  const source = JSON.parse(text) as PulumiRun;
  for (const { resOutputsEvent } of source.events) {
    const step = resOutputsEvent?.metadata;
    if (step?.urn.endsWith("backup-drill-schedule") === true && step.op === "update") {
      step.detailedDiff = { description: { diffKind: "update" as never, inputDiff: true } };
      if (step.new) step.new.inputs = { description: lines.replaceAll("\\n", "\n") };
    }
  }
  writeFileSync(file, JSON.stringify(source));
  world.play({ preview: file });

  await pullRequest();

  expect(bodies()[1]?.length).toBeLessThanOrEqual(65_536);
  expect(bodies()[1]).toContain("characters are left out here");
  expect(bodies()[1]).toContain("backup-bucket-bucket");
});

/** A recording with more events, as a file. */
function recordedWith(
  name: "changeAndDrift" | "quiet",
  more: Partial<PulumiRun>,
  events: readonly object[],
): string {
  const run = recorded(name);
  const all = [...run.events, ...events].map((event, sequence) => ({ ...event, sequence, timestamp: 0 }));
  const file = path.join(world.scratch, "recording.json");
  writeFileSync(file, JSON.stringify({ ...run, ...more, events: all }));
  return file;
}

test("hazards of a migration are on the first screen, followed by what it would block", async () => {
  const urn = recorded("changeAndDrift").events.find(
    ({ diagnosticEvent }) => diagnosticEvent?.urn?.endsWith("sql-bundle") === true,
  )?.diagnosticEvent?.urn;
  const place = "sql/migrations/20270101000000_points.sql:2";
  const relation = "shared.customers";
  const lines = [
    hazardsFound,
    ...hazardLines([
      {
        hazard: "table-rewrite",
        relation,
        place,
        text: "The table is rewritten. Safe way.",
        isAccepted: false,
      },
      { hazard: "data-loss", relation, place, text: "nobody reads the column", isAccepted: true },
    ]),
  ];
  const locks = [
    wouldBlock,
    ...lockLines([
      {
        ...{ place, statement: "alter table shared.customers alter column points type bigint", relation },
        ...{ lock: "ACCESS EXCLUSIVE", blocks: "blocks reads and writes", heldSeconds: 28.4 },
        ...{ rewritten: true, scanned: true, rows: 500_000, bytes: 123_456_789 },
      },
    ]),
  ];
  const said = [lines, locks].map((text) => ({
    diagnosticEvent: { urn, severity: "warning", message: `${text.join("\n")}\n`, color: "never" },
  }));
  world.play({ preview: recordedWith("changeAndDrift", {}, said) });

  await pullRequest();

  const [screen = "", below = ""] = (bodies()[1] ?? "").split("<details>", 2);
  expect(screen).toContain("| `table-rewrite` | `shared.customers` |");
  expect(screen).toContain("Accepted: `nobody reads the column`");
  expect(bodies()[1]).toContain("shared.customers (500000 rows, 123 MB): ACCESS EXCLUSIVE for 28.4 s");
  expect(below).not.toBe("");
  await expectExample("hazards", bodies()[1]);
});

test("a violated policy refuses the pull request, and the comment names policy and resource", async () => {
  const policyEvent = {
    resourceUrn: "urn:pulumi:dev::thorbis-supabase::aws:s3/bucket:Bucket::backup-bucket-bucket",
    message: "Backups must be encrypted with the project's own key.",
    color: "never",
    policyName: "s3-bucket-has-own-key",
    policyPackName: "thorbis",
    policyPackVersion: "0.1.0",
    enforcementLevel: "mandatory",
  };
  world.play({ preview: recordedWith("quiet", { exitCode: 255 }, [{ policyEvent }]) });

  const { previews } = await pullRequest();

  expect(conclusions(previews)).toEqual(["Preview like-dev: failure", "Preview dev: failure"]);
  expect(bodies()[1]).toContain("1 policy is violated; nothing was changed.");
  await expectExample("policy-violation", bodies()[1]);
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

  const { comment } = await pullRequest();

  expect(comment.conclusion, comment.log).toBe("success");
  expect(bodies()).toHaveLength(2);
});

test("a fork gets the preview without credentials, and a comment that says so", async () => {
  world.play({ preview: "changeAndDrift" });

  const { previews } = await pullRequest({ fork: true });

  expect(conclusions(previews)).toEqual([
    "Preview like-dev: success",
    expect.stringMatching(/^Preview .*: skipped$/),
  ]);
  expect(previews.map(({ log }) => log).join("\n")).not.toContain("sbp_");
  expect(bodies()).toHaveLength(1);
  await expectExample("fork", bodies()[0]);
});

test("a cancelled run leaves a report and a comment", async () => {
  const file = path.join(world.scratch, "waiting.json");
  writeFileSync(file, JSON.stringify({ ...recorded("quiet"), waits: true }));
  world.play({ preview: file });

  const { previews } = await pullRequest({
    whileRunning: (step, cancel) => {
      if (step === "Preview") void world.engineAtWork().then(cancel);
    },
  });

  expect(conclusions(previews)).toEqual(["Preview like-dev: cancelled", "Preview dev: cancelled"]);
  expect(bodies()[1]).toContain("**The preview was cancelled before it ended.**");
  await expectExample("cancelled", bodies()[1]);
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

  const { comment } = await pullRequest();

  expect(comment.conclusion).toBe("failure");
  expect(comment.log).toBe(
    "GitHub did not let this run write the comment: the token may not do it (403); give the job `permissions: pull-requests: write`.\n",
  );
});

test("dev is deployed, then prod's plan is created, approved and applied", async () => {
  world.play({ preview: "changeAndDrift", up: "up" });

  const jobs = await run("deploy", {});

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
  await expectExample("deployment", jobs[2]?.summary);
});

test("of three concurrent commits the first is deployed completely, and then the last one", async () => {
  world.play({ preview: "quiet", up: "up" });
  const groups = new ConcurrencyGroups();
  const base = runId;
  runId += 3;

  const runs = await Promise.all([1, 2, 3].map((at) => run("deploy", {}, { runId: base + at, groups })));

  expect(runs.map((jobs) => jobs[0]).map((job) => job?.conclusion)).toEqual([
    "success",
    "cancelled",
    "success",
  ]);
  expect(runs[1]?.map(({ conclusion }) => conclusion)).toEqual(["cancelled", "skipped", "skipped"]);
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

  const jobs = await run(
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
    "The reviewed plan is not applied, because since then something has changed outside of it",
  );
  expect(jobs[2]?.log).toContain("policy shared.customers tenant_isolation is missing");
  expect(world.commands()).not.toContain("pulumi up --stack prod --policy-pack");
});

test("a violation of the policy pack ends the deployment of dev before anything is changed", async () => {
  const violation = {
    ...{ resourceUrn: "urn:pulumi:dev::thorbis-supabase::aws:sqs/queue:Queue::letters", color: "never" },
    ...{ policyName: "queue-is-encrypted", policyPackName: "thorbis", policyPackVersion: "0.1.0" },
    ...{
      policyPackVersionTag: "0.1.0",
      enforcementLevel: "mandatory",
      message: "letters must be encrypted.",
    },
  };
  const quiet = recorded("quiet");
  const file = path.join(world.scratch, "violation.json");
  const events = [...quiet.events, { sequence: 9999, timestamp: 0, policyEvent: violation }];
  writeFileSync(file, JSON.stringify({ ...quiet, exitCode: 255, events }));
  world.play({ preview: file, up: "up" });

  const jobs = await run("deploy", {});

  expect(jobs.map(({ conclusion }) => conclusion)).toEqual(["failure", "skipped", "skipped"]);
  expect(jobs[0]?.summary).toContain("1 policy is violated; nothing was changed.");
  expect(jobs[0]?.summary).toContain("letters must be encrypted.");
  expect(world.commands().filter((line) => line.startsWith("pulumi"))).toEqual([
    "pulumi preview --stack dev --policy-pack",
  ]);
});

test("a failed deployment of dev ends before prod is planned", async () => {
  world.play({ preview: "quiet", up: "brokenMigration" });

  const jobs = await run("deploy", {});

  expect(jobs.map(({ conclusion }) => conclusion)).toEqual(["failure", "skipped", "skipped"]);
});

test("drift of prod opens one issue for all hourly runs, and dev is checked once a day", async () => {
  world.play({ refresh: "driftSearch", preview: "changeAndDrift" });
  const hourly = { event: { schedule: "17 * * * *" } };

  const [first] = await run("drift", hourly);
  const [second] = await run("drift", hourly);

  // The search found something: the job fails so that somebody looks.
  expect([first?.name, first?.conclusion]).toEqual(["Drift of prod", "failure"]);
  expect(first?.log).toContain("The issue about drift of prod: opened.");
  expect(second?.log).toContain("The issue about drift of prod: unchanged.");
  await expectExample("drift-issue", [...world.github.issues.values()][0]?.body);

  world.play({ refresh: "quiet", preview: "quiet" });
  const [third] = await run("drift", hourly);
  expect(third?.conclusion).toBe("success");
  expect([...world.github.issues.values()].map(({ state }) => state)).toEqual(["closed"]);
  expect((await run("drift", { event: { schedule: "43 5 * * *" } })).map(({ name }) => name)).toEqual([
    "Drift of dev",
  ]);
  expect((await run("drift", { event: {} })).map(({ name }) => name)).toEqual([
    "Drift of dev",
    "Drift of prod",
  ]);
});

test("a failed search for drift does not change the issue", async () => {
  world.play({ refresh: "brokenMigration" });

  const [job] = await run("drift", { event: { schedule: "17 * * * *" } });

  expect(job?.conclusion).toBe("failure");
  expect(job?.log).toContain("The search for drift failed");
  expect(world.github.issues.size).toBe(0);
});

test("a new backup image is pushed and proposed for prod", async () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const needs = { image: { outputs: { digest } } };

  const jobs = await run("backup-image", { repository_owner: "thorbis" }, { contexts: { needs, steps: {} } });

  expect(conclusions(jobs), jobs.map(({ log }) => log).join("\n")).toEqual([
    "Build, scan, push: success",
    "Propose the digest for prod: success",
  ]);
  expect(jobs[1]?.log).toMatch(/^Backup image of prod: pull request \d+\.\n$/);
  expect(world.github.files.get("Pulumi.prod.yaml")).toContain(`supabase-backup@${digest}\n`);
});

test("the tests run on every supported Node and PostgreSQL", async () => {
  const jobs = await run("check", {});

  expect(jobs).toHaveLength(7);
  expect(jobs.every(({ conclusion }) => conclusion === "success")).toBe(true);
  expect(world.commands().filter((line) => line.startsWith("npm test"))).toEqual([
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
    ...["npm test -- --postgresql 15", "npm test -- --postgresql 17"],
  ]);
});

test("every step that is a script was executed by these tests", () => {
  const all = workflowNames.flatMap(runSteps);

  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((step) => !executed.has(step))).toEqual([]);
});
