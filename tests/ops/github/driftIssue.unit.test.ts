import { afterEach, beforeEach, expect, test } from "vitest";
import { driftReport } from "../../../ops/drift/search";
import { gitHubClient } from "../../../ops/github/client";
import type { GitHubContext } from "../../../ops/github/context";
import { writeDriftIssue } from "../../../ops/github/driftIssue";
import { recorded } from "../recordings/recording";
import { type GitHubStandIn, repository, startGitHub, token } from "./standIn";

let github: GitHubStandIn;
let context: GitHubContext;

beforeEach(async () => {
  github = await startGitHub();
  const runUrl = "https://github.example/run";
  context = { ...repository, apiUrl: github.url, token, runUrl, run: { id: 1, attempt: 1 } };
});
afterEach(() => github.close());

const quiet = recorded("quiet");
const drifted = recorded("driftSearch");
const notDeployed = recorded("changeAndDrift");

async function search(refresh = quiet, preview = quiet, stack = "prod") {
  const { report, exitCode } = driftReport(refresh, preview, {
    stack,
    waivers: [],
    now: new Date(),
    environment: {},
  });
  const client = gitHubClient(context, { isPaced: false });
  return await writeDriftIssue(client, context, { report, isOpen: exitCode === 7 });
}

const issues = () =>
  [...github.issues.values()].map(({ title, state, comments }) => [title, state, comments.length]);

test("no drift needs no issue", async () => {
  expect(await search()).toBe("no issue needed");
  expect(issues()).toEqual([]);
});

test("one issue is opened, unchanged while nothing new appears, updated and closed, and then another one is opened", async () => {
  expect(await search(drifted)).toBe("opened");
  expect(await search(drifted)).toBe("unchanged");
  expect(issues()).toEqual([["Drift of stack prod", "open", 0]]);

  expect(await search(drifted, notDeployed)).toBe("updated");
  expect(issues()).toEqual([["Drift of stack prod", "open", 1]]);

  expect(await search()).toBe("closed");
  expect(issues()).toEqual([["Drift of stack prod", "closed", 2]]);

  expect(await search(drifted)).toBe("opened");
  expect(issues()).toHaveLength(2);
});

test("the same drift in another order of the engine's events is not new", async () => {
  const recordedSteps = drifted.events.filter(({ resOutputsEvent }) => resOutputsEvent !== undefined);
  const gone = recordedSteps.map(({ resOutputsEvent, ...event }, at) => {
    const metadata = resOutputsEvent?.metadata;
    const urn = `${metadata?.urn}-${at}`;
    return {
      ...event,
      resOutputsEvent: { metadata: { ...metadata, urn, op: "delete", new: null, detailedDiff: null } },
    };
  });
  const warnings = ["first", "second"].map((message) => ({
    ...{ sequence: 0, timestamp: 0 },
    diagnosticEvent: { message, color: "never", severity: "warning" },
  }));
  const events = [...warnings, ...gone, ...drifted.events] as typeof drifted.events;

  expect(await search({ ...drifted, events })).toBe("opened");
  expect(await search({ ...drifted, events: [...events].reverse() })).toBe("unchanged");
  expect(await search({ ...drifted, events: events.slice(1) })).toBe("updated");
});

test("each stack has an issue of its own", async () => {
  await search(drifted, quiet, "prod");
  await search(drifted, quiet, "dev");
  await search(quiet, quiet, "dev");

  expect(issues()).toEqual([
    ["Drift of stack prod", "open", 0],
    ["Drift of stack dev", "closed", 1],
  ]);
});

test("an issue of a person with our label and marker is not changed", async () => {
  github.issues.set(5, {
    ...{ number: 5, title: "Drift of stack prod", state: "open", labels: [{ name: "drift" }], comments: [] },
    body: "<!-- thorbis drift prod: 0 -->",
    user: { login: "somebody" },
  });

  expect(await search()).toBe("no issue needed");
  expect(await search(drifted)).toBe("opened");
  expect(issues()).toEqual([
    ["Drift of stack prod", "open", 0],
    ["Drift of stack prod", "open", 0],
  ]);
});

test("one sentence names a missing permission", async () => {
  github.faults.push({
    method: "POST",
    path: /\/issues$/,
    status: 403,
    body: { message: "Resource not accessible" },
    times: 1,
  });

  await expect(search(drifted)).rejects.toThrow(
    "GitHub did not allow this run to keep the issue about drift: the token lacks a permission (403); give the job `permissions: issues: write`.",
  );
});

test("an issue without its label stays the issue of its stack", async () => {
  await search(drifted);
  for (const issue of github.issues.values()) issue.labels = [];

  expect(await search(drifted)).toBe("unchanged");
  expect(await search()).toBe("closed");
  expect(issues()).toEqual([["Drift of stack prod", "closed", 1]]);
});

const refusesComment = (status: number, { done = false } = {}) =>
  github.faults.push({
    ...{ method: "POST", path: /\/comments$/, status, done, times: 1 },
    body: { message: status === 403 ? "Unable to create comment because issue is locked." : "Bad gateway" },
  });
const bodyOf = () => [...github.issues.values()][0]?.body;

test("a locked issue is updated and closed, although comments on it are refused", async () => {
  await search(drifted);
  refusesComment(403);
  expect(await search(drifted, notDeployed)).toBe("updated");
  expect(await search(drifted, notDeployed)).toBe("unchanged");
  refusesComment(403);
  expect(await search()).toBe("closed");
  expect(issues()).toEqual([["Drift of stack prod", "closed", 0]]);
});

test.each([false, true])(
  "a comment that failed is repeated by the next search unless it exists: %s",
  async (done) => {
    await search(drifted);
    const first = bodyOf();
    refusesComment(502, { done });
    await expect(search(drifted, notDeployed)).rejects.toThrow(
      "the service failed (502); run the job again.",
    );
    // The text is current, although watchers may not know of it.
    expect(bodyOf()).not.toBe(first);

    expect(await search(drifted, notDeployed)).toBe("updated");
    expect(await search(drifted, notDeployed)).toBe("unchanged");
    expect(issues()).toEqual([["Drift of stack prod", "open", 1]]);
  },
);

test("a search that failed after its comment is completed without another comment", async () => {
  await search(drifted);
  github.faults.push(
    { method: "PATCH", path: /\/issues\/\d+$/, status: 403, times: 0 },
    {
      method: "POST",
      path: /\/comments$/,
      status: 201,
      done: true,
      times: 1,
      meanwhile: () => refuseUpdate(),
    },
  );
  const refuseUpdate = () => {
    const fault = github.faults[0];
    if (fault !== undefined) fault.times = 1;
  };
  await expect(search(drifted, notDeployed)).rejects.toThrow("(403)");

  expect(await search(drifted, notDeployed)).toBe("updated");
  expect(issues()).toEqual([["Drift of stack prod", "open", 1]]);
});

test("drift that appears, disappears and appears again is announced each time", async () => {
  for (const preview of [quiet, notDeployed, quiet, notDeployed]) await search(drifted, preview);

  expect(issues()).toEqual([["Drift of stack prod", "open", 3]]);
});

test("an issue that a user closed is not reopened: drift opens another one", async () => {
  await search(drifted);
  for (const issue of github.issues.values()) issue.state = "closed";

  expect(await search(drifted)).toBe("opened");
  expect(await search(drifted)).toBe("unchanged");
  expect(issues()).toHaveLength(2);
});

test("the issue is found behind a hundred others", async () => {
  await search(drifted);
  for (let number = 1; number <= 150; number++) {
    const other = { title: "Other", body: "", state: "open" as const, labels: [], comments: [] };
    github.issues.set(number, { ...other, number, user: { login: "somebody" } });
  }
  const issue = [...github.issues.entries()][0];
  if (issue === undefined) throw new Error("no issue");
  github.issues.delete(issue[0]);
  github.issues.set(...issue);

  expect(await search()).toBe("closed");
});
