import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commentOnPreviews } from "../../../ops/comment/previewComments";
import { gitHubClient } from "../../../ops/github/client";
import type { GitHubContext } from "../../../ops/github/context";
import { workflowRunOf } from "../../../ops/github/workflowRun";
import { buildReport } from "../../../ops/report/build";
import { type GitHubStandIn, repository, startGitHub, token } from "../github/standIn";
import { type RecordingName, recorded } from "../recordings/recording";

const head = "a".repeat(40);
const bot = "github-actions[bot]";
let github: GitHubStandIn;
let folder: string;
let context: GitHubContext;

beforeEach(async () => {
  github = await startGitHub();
  folder = mkdtempSync(path.join(os.tmpdir(), "artifacts "));
  context = {
    ...repository,
    apiUrl: github.url,
    token,
    runUrl: "https://github.example/run",
    run: { id: 99, attempt: 1 },
  };
  github.pulls.push({
    number: 7,
    state: "open",
    head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/stack" } },
  });
});

afterEach(async () => {
  await github.close();
  rmSync(folder, { recursive: true });
});

interface RunChoice {
  readonly id?: number;
  readonly stacks?: Record<string, string>;
  readonly fork?: boolean;
}

/** A run of the workflow `preview`: stack → how its job ended. */
function run({ id = 17, stacks = { dev: "success" }, fork = false }: RunChoice = {}) {
  github.jobs.set(
    `${id}/1`,
    Object.entries(stacks).map(([stack, conclusion]) => ({
      name: `Preview ${stack}`,
      conclusion,
      html_url: `https://github.example/job/${stack}`,
    })),
  );
  const owner = fork ? "somebody" : "thorbis";
  return workflowRunOf({
    workflow_run: {
      ...{ id, run_attempt: 1, event: "pull_request", head_sha: head, head_branch: "points" },
      html_url: "https://github.example/run",
      head_repository: { full_name: `${owner}/stack`, owner: { login: owner } },
    },
    repository: { full_name: "thorbis/stack" },
  });
}

function leaveReport(stack: string, name: RecordingName): void {
  const report = buildReport(recorded(name), { kind: "preview", stack, environment: {} });
  mkdirSync(path.join(folder, `preview-${stack}`), { recursive: true });
  writeFileSync(path.join(folder, `preview-${stack}`, "report.json"), JSON.stringify(report));
}

const client = ({ isPaced = false } = {}) => gitHubClient(context, { isPaced });

const comment = async (choice?: RunChoice) =>
  await commentOnPreviews(client(), context, { run: run(choice), folder });

const bodies = () => github.comments(7).map(({ body }) => body);

test("the first run creates a comment, the second replaces its text on any page", async () => {
  for (let number = 0; number < 150; number++) github.addComment(7, "somebody", `comment ${number}`);
  leaveReport("dev", "changeAndDrift");

  expect(await comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  leaveReport("dev", "quiet");
  expect(await comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "updated" }]);

  expect(github.comments(7)).toHaveLength(151);
  expect(bodies().at(-1)).toMatch(
    /^<!-- thorbis preview dev: run 18\.1 -->\n\n### Preview of `dev`: nothing to do/,
  );
});

test("each stack has a comment of its own", async () => {
  leaveReport("dev", "changeAndDrift");
  leaveReport("prod", "replacement");

  await comment({ stacks: { dev: "success", prod: "success", "like-dev": "skipped" } });

  expect(bodies().map((body) => body.split("\n")[2])).toEqual([
    "### Preview of `dev`: changes",
    "### Preview of `prod`: changes",
  ]);
});

test("the comment of a failed preview has its error, that of a cancelled preview says that it was cancelled", async () => {
  leaveReport("dev", "brokenMigration");

  await comment({ stacks: { dev: "failure", prod: "cancelled", "like-dev": "failure" } });

  expect(bodies()[0]).toContain("points.sql:1:47: syntax error");
  expect(bodies()[1]).toContain("**The preview was cancelled before it wrote a report.**");
  expect(bodies()[2]).toContain("**The preview failed before it wrote a report: see the job's log.**");
});

test("a report of success is not believed if its job ended otherwise", async () => {
  leaveReport("dev", "quiet");
  leaveReport("prod", "changeAndDrift");

  await comment({ stacks: { dev: "failure", prod: "cancelled" } });

  expect(bodies().map((body) => body.split("\n").slice(2, 5).join("\n"))).toEqual([
    "### Preview of `dev`: failed\n\n**The job failed, although its report says otherwise: see the log of the job.**",
    "### Preview of `prod`: cancelled\n\n**The preview was cancelled after it wrote a report.**",
  ]);
});

test("a comment of another user with our marker is not changed", async () => {
  github.addComment(7, "mallory", "<!-- thorbis preview dev: run 999999.1 -->");
  leaveReport("dev", "quiet");

  expect(await comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(github.comments(7).map(({ user }) => user.login)).toEqual(["mallory", bot]);
});

test("an older run does not overwrite the comment of a newer one", async () => {
  leaveReport("dev", "quiet");
  await comment({ id: 18 });
  leaveReport("dev", "brokenMigration");

  expect(await comment({ id: 17 })).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(bodies()).toHaveLength(1);
  expect(bodies()[0]).toContain("nothing to do");
});

test("two runs that comment at the same time leave one comment, the newer run's", async () => {
  leaveReport("dev", "quiet");
  const runs = [run({ id: 21 }), run({ id: 22 })];

  await Promise.all(runs.map((each) => commentOnPreviews(client(), context, { run: each, folder })));

  expect(bodies().map((body) => body.split("\n")[0])).toEqual(["<!-- thorbis preview dev: run 22.1 -->"]);
});

test.each(["$(id);`id`|&<>\"'", "feature/a b?c=d&e#f%20", "größe/表-🙂", `long/${"x".repeat(240)}`])(
  "the pull request of the branch %j is found",
  async (branch) => {
    leaveReport("dev", "quiet");
    github.pulls.splice(0, 1, {
      number: 7,
      state: "open",
      head: { label: `thorbis:${branch}`, sha: head, repo: { full_name: "thorbis/stack" } },
    });

    const outcome = await commentOnPreviews(client(), context, {
      run: { ...run(), headBranch: branch },
      folder,
    });
    expect(outcome).toEqual([{ stack: "dev", outcome: "created" }]);
  },
);

test("a closed pull request gets no comment", async () => {
  leaveReport("dev", "quiet");
  github.pulls.splice(0, 1, {
    number: 7,
    state: "closed",
    head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/stack" } },
  });

  expect(await comment()).toBeUndefined();
});

test("an earlier attempt of a run does not overwrite the comment of a later one", async () => {
  leaveReport("dev", "quiet");
  const later = "<!-- thorbis preview dev: run 17.2 -->";
  github.addComment(7, bot, later);

  expect(await comment()).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(bodies()).toEqual([later]);
});

test("a comment whose marker a user removed is left alone, and another one is created", async () => {
  leaveReport("dev", "quiet");
  await comment();
  for (const each of github.comments(7)) each.body = "edited";

  expect(await comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(bodies()).toEqual(["edited", expect.stringContaining(": run 18.1 -->")]);
});

test("there is no comment on a pull request that has a newer commit, or whose branch is in another repository", async () => {
  leaveReport("dev", "quiet");
  github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "thorbis:points", sha: "b".repeat(40), repo: { full_name: "thorbis/stack" } },
  });
  expect(await comment()).toBeUndefined();

  github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/other" } },
  });
  expect(await comment()).toBeUndefined();
  expect(bodies()).toEqual([]);
});

test("a fork's report is marked as such, and is not shown for a stack that needs credentials", async () => {
  github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "somebody:points", sha: head, repo: { full_name: "somebody/stack" } },
  });
  leaveReport("like-dev", "changeAndDrift");
  leaveReport("prod", "quiet");

  expect(await comment({ fork: true, stacks: { "like-dev": "success", prod: "success" } })).toEqual([
    { stack: "like-dev", outcome: "created" },
  ]);
  expect(bodies()[0]).toContain("This report comes from code of the fork");
});

test("a fork that adds jobs to the workflow gets ten comments at most", async () => {
  github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "somebody:points", sha: head, repo: { full_name: "somebody/stack" } },
  });
  const stacks = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`like-${at}`, "success"]));

  await comment({ fork: true, stacks });

  expect(bodies()).toHaveLength(10);
});

test("a pull request of the repository gets a comment for each of more than ten stacks", async () => {
  const stacks = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`stack-${at}`, "success"]));

  await comment({ stacks });

  expect(bodies()).toHaveLength(12);
});

test("an artifact that is not a report, a link, or the report of another stack is not shown", async () => {
  for (const stack of ["one", "two", "three"]) mkdirSync(path.join(folder, `preview-${stack}`));
  writeFileSync(path.join(folder, "preview-one", "report.json"), '{"version":1,"stack":"one"}');
  writeFileSync(path.join(folder, "secret"), "SECRET");
  symlinkSync(path.join(folder, "secret"), path.join(folder, "preview-two", "report.json"));
  leaveReport("dev", "quiet");
  symlinkSync(path.join(folder, "preview-dev"), path.join(folder, "preview-four"));

  await comment({ stacks: { one: "success", two: "success", three: "success", four: "success" } });

  expect(bodies().map((body) => /\*\*(.*)\*\*/.exec(body)?.[1])).toEqual([
    "The preview's report does not match the documented schema.",
    "The preview wrote no readable report.",
    "The preview wrote no readable report.",
    "The preview's report does not match the documented schema.",
  ]);
});

test("the only artifact of a run, which is downloaded without its folder, is the report of its own stack", async () => {
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  writeFileSync(path.join(folder, "report.json"), JSON.stringify(report));

  await comment({ stacks: { dev: "success", prod: "failure" } });

  expect(bodies().map((body) => /\*\*(.*)\*\*/.exec(body)?.[1])).toEqual([
    "There is nothing to do: code, state and services agree.",
    "The preview failed before it wrote a report: see the job's log.",
  ]);
});

test("secrets of the commenting job, terminal codes and mentions in a report are neutralized", async () => {
  leaveReport("dev", "quiet");
  const file = path.join(folder, "preview-dev", "report.json");
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  const message = `\u001b[31m@team\u001b[0m ${token} \`\`\` <img src=x>`;
  const verdict = { status: "changes", sentence: "**@team <img src=x> https://evil.example" };
  writeFileSync(file, JSON.stringify({ ...report, verdict, errors: [{ source: "program", message }] }));

  await comment();

  expect(bodies()[0]).toContain("````\n@team [secret] ``` <img src=x>\n````");
  expect(bodies()[0]).toContain("**`**@team <img src=x> https://evil.example`**");
});

test("a request to list is retried after one failure", async () => {
  leaveReport("dev", "quiet");
  github.faults.push({ method: "GET", path: /\/pulls$/, status: 502, times: 1 });

  expect(await comment()).toEqual([{ stack: "dev", outcome: "created" }]);
});

test.each([
  ["had created the comment", true],
  ["had not", false],
])("a service that fails while it creates, and %s, leaves one comment", async (_name, done) => {
  leaveReport("dev", "quiet");
  github.faults.push({ method: "POST", path: /\/comments$/, status: 502, done, times: 1 });

  expect(await comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(bodies()).toHaveLength(1);
});

test("a rate limit causes a wait", async () => {
  leaveReport("dev", "quiet");
  github.faults.push({
    ...{ method: "POST", path: /\/comments$/, status: 403, times: 1 },
    body: { message: "You have exceeded a secondary rate limit" },
    headers: { "retry-after": "1" },
  });

  expect(await commentOnPreviews(client({ isPaced: true }), context, { run: run(), folder })).toEqual([
    { stack: "dev", outcome: "created" },
  ]);
});

test.each([
  [
    403,
    "Resource not accessible by integration",
    "GitHub did not allow this run to write the comment: the token lacks a permission (403); give the job `permissions: pull-requests: write`.",
  ],
  [422, "Validation Failed", "GitHub did not allow this run to write the comment: Validation Failed (422)."],
])("the error for status %i is one sentence that says what to do", async (status, message, sentence) => {
  leaveReport("dev", "quiet");
  github.faults.push({ method: "POST", path: /\/comments$/, status, body: { message }, times: 9 });

  await expect(comment()).rejects.toThrow(sentence);
});

test.each([
  [401, "Bad credentials", {}, "the token is not valid; pass the job's own, `github.token`."],
  [
    404,
    "Not Found",
    {},
    "it does not exist, or the token may not read it (404); the job needs `permissions: pull-requests: write`.",
  ],
  [
    403,
    "Unable to create comment because issue is locked.",
    {},
    "Unable to create comment because issue is locked (403).",
  ],
  [403, "Repository was archived so is read-only.", {}, "Repository was archived so is read-only (403)."],
  [
    403,
    "Forbidden",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" },
    "the rate limit resets in more than a minute; run the job again later.",
  ],
  [
    403,
    "You have triggered an abuse detection mechanism.",
    {},
    "the rate limit resets in more than a minute; run the job again later.",
  ],
  [410, "Issues are disabled for this repo", {}, "Issues are disabled for this repo (410)."],
  [503, "Service Unavailable", {}, "the service failed (503); run the job again."],
] as const)("a refused comment: %i %s", async (status, message, headers, reason) => {
  leaveReport("dev", "quiet");
  github.faults.push({ method: "POST", path: /\/comments$/, status, body: { message }, headers, times: 9 });

  await expect(comment()).rejects.toThrow(`GitHub did not allow this run to write the comment: ${reason}`);
  expect(bodies()).toEqual([]);
});

test("an update is retried after one failure of the service", async () => {
  leaveReport("dev", "quiet");
  await comment();
  github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 502, times: 1 });

  expect(await comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "updated" }]);
  expect(bodies()[0]).toContain(": run 18.1 -->");
});

test.each([
  ["before the update failed", false, 502],
  ["after an update whose response was lost", true, 504],
])("a retried update does not overwrite what a newer run wrote %s", async (_name, done, status) => {
  leaveReport("dev", "quiet");
  await comment();
  const newer = "<!-- thorbis preview dev: run 19.1 -->";
  const meanwhile = () => {
    for (const each of github.comments(7)) each.body = newer;
  };
  github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status, done, times: 1, meanwhile });

  expect(await comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(bodies()).toEqual([newer]);
});

test("an update is sent twice at most, and refused ones once", async () => {
  leaveReport("dev", "quiet");
  await comment();
  const updates = () => github.requests.filter((request) => request.startsWith("PATCH ")).length;
  github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 503, times: 2 });
  await expect(comment({ id: 18 })).rejects.toThrow("the service failed (503)");
  expect(updates()).toBe(2);

  github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 403, times: 1 });
  await expect(comment({ id: 18 })).rejects.toThrow("(403)");
  expect(updates()).toBe(3);
});

test("a comment that was deleted between the list and the update is created again", async () => {
  leaveReport("dev", "quiet");
  await comment();
  github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 404, times: 1 });

  expect(await comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(bodies()).toEqual([expect.stringContaining(": run 18.1 -->")]);
});

test("a report with values that are nested very deeply does not match the schema", async () => {
  mkdirSync(path.join(folder, "preview-dev"));
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const property = `{"path":"a","change":"update","replaces":false,"to":${deep}}`;
  const change = `{"resource":{"urn":"u","type":"t","name":"n"},"operation":"update","properties":[${property}]}`;
  const text = JSON.stringify(report).replace('"changes":[]', `"changes":[${change}]`);
  writeFileSync(path.join(folder, "preview-dev", "report.json"), text);

  expect(text.length).toBeGreaterThan(400_000);
  expect(await comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(bodies()[0]).toContain("The preview's report does not match the documented schema.");
});

const fork = { full_name: "somebody/stack", owner: { login: "somebody" } };

test.each([
  ["the fork of the run", { head_branch: "points", head_repository: null }],
  ["the branch of the run", { head_branch: null, head_repository: fork }],
  ["the fork of the run, with its branch,", { head_branch: null, head_repository: null }],
])("there is no comment if %s was deleted", async (_name, from) => {
  leaveReport("dev", "quiet");
  const deleted = workflowRunOf({
    workflow_run: {
      ...{ id: 17, run_attempt: 1, event: "pull_request", head_sha: head },
      ...{ html_url: "https://github.example/run", ...from },
    },
    repository: { full_name: "thorbis/stack" },
  });

  expect(deleted.isFork).toBe(true);
  expect(await commentOnPreviews(client(), context, { run: deleted, folder })).toBeUndefined();
  expect(github.requests).toEqual([]);
});

test("any event except workflow_run is refused", () => {
  expect(() => workflowRunOf({ pull_request: {} })).toThrow(
    "This program runs on the event `workflow_run`, but this run has another event.",
  );
});
