import { afterEach, beforeEach, expect, test } from "vitest";
import { commentOnPreviews } from "../../../ops/comment/previewComments";
import { workflowRunOf } from "../../../ops/github/workflowRun";
import { head, TestPreviews } from "./support";

let previews: TestPreviews;
beforeEach(async () => {
  previews = await TestPreviews.start();
});
afterEach(() => previews.remove());

test.each(["$(id);`id`|&<>\"'", "feature/a b?c=d&e#f%20", "größe/表-🙂", `long/${"x".repeat(240)}`])(
  "the pull request of the branch %j is found",
  async (branch) => {
    previews.leaveReport("dev", "quiet");
    previews.github.pulls.splice(0, 1, {
      number: 7,
      state: "open",
      head: { label: `thorbis:${branch}`, sha: head, repo: { full_name: "thorbis/stack" } },
    });

    const outcome = await commentOnPreviews(previews.client(), previews.context, {
      run: { ...previews.run(), headBranch: branch },
      folder: previews.folder,
    });
    expect(outcome).toEqual([{ stack: "dev", outcome: "created" }]);
  },
);

test("a closed pull request gets no comment", async () => {
  previews.leaveReport("dev", "quiet");
  previews.github.pulls.splice(0, 1, {
    number: 7,
    state: "closed",
    head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/stack" } },
  });

  expect(await previews.comment()).toBeUndefined();
});

test("there is no comment on a pull request that has a newer commit, or whose branch is in another repository", async () => {
  previews.leaveReport("dev", "quiet");
  previews.github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "thorbis:points", sha: "b".repeat(40), repo: { full_name: "thorbis/stack" } },
  });
  expect(await previews.comment()).toBeUndefined();

  previews.github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/other" } },
  });
  expect(await previews.comment()).toBeUndefined();
  expect(previews.bodies()).toEqual([]);
});

const second = (number: number) => ({
  ...{ number, state: "open" as const },
  head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/stack" } },
});

test("two pull requests of one branch get their own comments", async () => {
  previews.github.pulls.push(second(8));
  previews.leaveReport("dev", "quiet");

  await previews.comment({ id: 17, title: "preview of #7" });
  previews.leaveReport("dev", "changeAndDrift");
  await previews.comment({ id: 18, title: "preview of #8" });

  expect([previews.bodies(7).length, previews.bodies(8).length]).toEqual([1, 1]);
  expect(previews.bodies(7)[0]).toContain("run 17.1");
  expect(previews.bodies(8)[0]).toContain("run 18.1");
  expect(previews.bodies(7)[0]?.split("\n").slice(1)).not.toEqual(
    previews.bodies(8)[0]?.split("\n").slice(1),
  );
});

test("a later run of one of the two pull requests only replaces the comment of that one", async () => {
  previews.github.pulls.push(second(8));
  previews.leaveReport("dev", "quiet");
  for (const [id, number] of [
    [17, 7],
    [18, 8],
    [19, 7],
  ] as const) {
    await previews.comment({ id, title: `preview of #${number}` });
  }

  expect(previews.bodies(7).map((body) => /run \d+/.exec(body)?.[0])).toEqual(["run 19"]);
  expect(previews.bodies(8).map((body) => /run \d+/.exec(body)?.[0])).toEqual(["run 18"]);
});

test.each([
  ["names no pull request", "A fork's title", undefined],
  ["names a pull request of another branch", "preview of #9", undefined],
  ["has text after the number", "preview of #8 #7", undefined],
  ["names the second one", "preview of #8", 8],
])(
  "of two pull requests of one branch, a title that %s selects that one or none",
  async (_name, title, number) => {
    previews.github.pulls.push(second(8), {
      ...{ number: 9, state: "open" },
      head: { label: "thorbis:other", sha: "b".repeat(40), repo: { full_name: "thorbis/stack" } },
    });
    previews.leaveReport("dev", "quiet");

    const outcome = await previews.comment({ title });

    expect(outcome).toEqual(number === undefined ? undefined : [{ stack: "dev", outcome: "created" }]);
    for (const other of [7, 8, 9]) expect(previews.bodies(other)).toHaveLength(other === number ? 1 : 0);
  },
);

test("the only pull request of a branch gets the comment of a run with another title", async () => {
  previews.leaveReport("dev", "quiet");

  expect(await previews.comment({ title: "Show points" })).toEqual([{ stack: "dev", outcome: "created" }]);
});

test("a fork's report is marked as such, and is not shown for a stack that needs credentials", async () => {
  previews.github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "somebody:points", sha: head, repo: { full_name: "somebody/stack" } },
  });
  previews.leaveReport("like-dev", "changeAndDrift");
  previews.leaveReport("prod", "quiet");

  expect(await previews.comment({ fork: true, stacks: { "like-dev": "success", prod: "success" } })).toEqual([
    { stack: "like-dev", outcome: "created" },
  ]);
  expect(previews.bodies()[0]).toContain("This report comes from code of the fork");
});

test("a fork that adds jobs to the workflow gets ten comments at most", async () => {
  previews.github.pulls.splice(0, 1, {
    number: 7,
    state: "open",
    head: { label: "somebody:points", sha: head, repo: { full_name: "somebody/stack" } },
  });
  const stacks = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`like-${at}`, "success"]));

  await previews.comment({ fork: true, stacks });

  expect(previews.bodies()).toHaveLength(10);
});

test("a pull request of the repository gets a comment for each of more than ten stacks", async () => {
  const stacks = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`stack-${at}`, "success"]));

  await previews.comment({ stacks });

  expect(previews.bodies()).toHaveLength(12);
});

const fork = { full_name: "somebody/stack", owner: { login: "somebody" } };

test.each([
  ["the fork of the run", { head_branch: "points", head_repository: null }],
  ["the branch of the run", { head_branch: null, head_repository: fork }],
  ["the fork of the run, with its branch,", { head_branch: null, head_repository: null }],
])("there is no comment if %s was deleted", async (_name, from) => {
  previews.leaveReport("dev", "quiet");
  const deleted = workflowRunOf({
    workflow_run: {
      ...{ id: 17, run_attempt: 1, event: "pull_request", head_sha: head },
      ...{ html_url: "https://previews.github.example/run", display_title: "preview of #7", ...from },
    },
    repository: { full_name: "thorbis/stack" },
  });

  expect(deleted.isFork).toBe(true);
  expect(
    await commentOnPreviews(previews.client(), previews.context, { run: deleted, folder: previews.folder }),
  ).toBeUndefined();
  expect(previews.github.requests).toEqual([]);
});

test("any event except workflow_run is refused", () => {
  expect(() => workflowRunOf({ pull_request: {} })).toThrow(
    "This program runs on the event `workflow_run`, but this run has another event.",
  );
});
