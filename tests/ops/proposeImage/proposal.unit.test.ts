import { afterEach, beforeEach, expect, test } from "vitest";
import { gitHubClient } from "../../../ops/github/client";
import { proposeImage } from "../../../ops/proposeImage/proposal";
import { type GitHubStandIn, repository, startGitHub, token } from "../github/standIn";

const digest = `sha256:${"ab".repeat(32)}`;
const branch = "backup-image-prod-abababababab";
let github: GitHubStandIn;

beforeEach(async () => {
  github = await startGitHub();
});
afterEach(() => github.close());

const propose = async () => {
  const client = gitHubClient({ apiUrl: github.url, token }, { isPaced: false });
  return await proposeImage(client, repository, { stack: "prod", digest });
};
const changes = () => github.requests.filter((request) => !request.startsWith("GET "));
const refused = (method: string, path: RegExp, fault: { status: number; message: string }) =>
  github.faults.push({
    ...{ method, path, status: fault.status, times: 1 },
    body: { message: fault.message },
  });
const exists = () => refused("POST", /\/git\/refs$/, { status: 422, message: "Reference already exists" });

const own = {
  author: { login: "github-actions[bot]" },
  commit: { message: "Use a new backup image for prod" },
};

test.each([
  ["the commit", "PUT", /\/contents\//],
  ["the pull request", "POST", /\/pulls$/],
])("a run that failed before %s is completed by the next one", async (_name, method, path) => {
  refused(method, path, { status: 502, message: "Bad gateway" });
  await expect(propose()).rejects.toThrow("the service failed (502); run the job again.");
  github.requests.splice(0);
  // The commit is on the branch, not on main.
  github.files.clear();
  if (path.test("/pulls")) github.ahead.push(own);
  exists();

  expect(await propose()).toMatch(/^pull request \d+$/);
  expect(changes()).toEqual([
    "POST /repos/thorbis/stack/git/refs",
    `PATCH /repos/thorbis/stack/git/refs/heads%2F${branch}`,
    "PUT /repos/thorbis/stack/contents/Pulumi.prod.yaml",
    "POST /repos/thorbis/stack/pulls",
  ]);
});

test.each(["open", "closed"] as const)(
  "a branch with a pull request that is %s is not changed",
  async (state) => {
    const head = { label: `thorbis:${branch}`, sha: "a".repeat(40), repo: { full_name: "thorbis/stack" } };
    github.pulls.push({ number: 7, state, head });
    exists();

    expect(await propose()).toBe("it is already proposed");
    expect(changes()).toEqual(["POST /repos/thorbis/stack/git/refs"]);
  },
);

test.each([
  ["another author", [{ ...own, author: { login: "mia" } }]],
  ["an unknown author", [{ ...own, author: null }]],
  ["another title", [{ ...own, commit: { message: "Use a new backup image for prod\n\nand more" } }]],
  ["two commits", [own, own]],
])("a branch without a pull request that has %s is not reset", async (_name, commits) => {
  github.ahead.push(...commits);
  exists();

  await expect(propose()).rejects.toThrow(
    `The branch ${branch} has no pull request and may contain manual changes: open its pull request or delete it, then run the job again.`,
  );
  expect(changes()).toEqual(["POST /repos/thorbis/stack/git/refs"]);
});

test.each([
  [422, /\/git\/refs$/, "Repository rule violations found", "Repository rule violations found (422)."],
  [
    403,
    /\/pulls$/,
    "GitHub Actions is not permitted to create or approve pull requests.",
    "GitHub Actions is not permitted to create or approve pull requests (403).",
  ],
  [
    403,
    /\/git\/refs$/,
    "Resource not accessible by integration",
    "the token lacks a permission (403); give the job `permissions: contents: write, pull-requests: write`.",
  ],
])("a refusal with status %i for %s names its reason", async (status, path, message, reason) => {
  refused("POST", path, { status, message });

  await expect(propose()).rejects.toThrow(`GitHub did not allow this run to propose the image: ${reason}`);
});

const pull = (number: number, label: string, login = "github-actions[bot]") => ({
  ...{ number, state: "open" as const, user: { login } },
  head: { label, sha: "a".repeat(40), repo: { full_name: "thorbis/stack" } },
});
const older = "thorbis:backup-image-prod-cdcdcdcdcdcd";
const stateOf = (number: number) => github.pulls.find((each) => each.number === number)?.state;

test("older pull requests of the same stack are closed, with a sentence", async () => {
  github.pulls.push(
    pull(3, older),
    pull(4, "thorbis:backup-image-prod-eu-cdcdcdcdcdcd"),
    pull(5, older, "mia"),
    pull(6, "thorbis:topic"),
    { ...pull(7, older), head: { ...pull(7, older).head, repo: { full_name: "thorbis/copy" } } },
    pull(9999, older),
  );

  expect(await propose()).toMatch(/^pull request 10\d\d$/);
  expect(github.pulls.filter(({ state }) => state === "closed").map(({ number }) => number)).toEqual([3]);
  expect(github.comments(3).map(({ body }) => body)).toEqual([
    expect.stringMatching(/^Pull request #10\d\d proposes a newer image, so this one is closed\.$/),
  ]);
});

test("an older pull request behind a hundred others that is locked is closed without a sentence", async () => {
  for (let number = 100; number < 250; number++) github.pulls.push(pull(number, `thorbis:topic-${number}`));
  github.pulls.push(pull(3, older));
  refused("POST", /\/comments$/, {
    status: 403,
    message: "Unable to create comment because issue is locked.",
  });

  expect(await propose()).toMatch(/^pull request/);
  expect([stateOf(3), github.comments(3)]).toEqual(["closed", []]);
});

test("a run that failed before it closed an older pull request is completed by the next one", async () => {
  github.pulls.push(pull(3, older));
  refused("PATCH", /\/pulls\/3$/, { status: 403, message: "Resource not accessible by integration" });
  await expect(propose()).rejects.toThrow("the token lacks a permission (403)");
  github.files.clear();
  github.pulls.push(pull(1000, `thorbis:${branch}`));
  exists();

  expect(await propose()).toBe("it is already proposed");
  expect([stateOf(3), stateOf(1000)]).toEqual(["closed", "open"]);
});
