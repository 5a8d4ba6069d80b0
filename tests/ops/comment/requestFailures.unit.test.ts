import { afterEach, beforeEach, expect, test } from "vitest";
import { commentOnPreviews } from "../../../ops/comment/previewComments";
import { TestPreviews } from "./support";

let previews: TestPreviews;
beforeEach(async () => {
  previews = await TestPreviews.start();
});
afterEach(() => previews.remove());

test("a request to list is retried after one failure", async () => {
  previews.leaveReport("dev", "quiet");
  previews.github.faults.push({ method: "GET", path: /\/pulls$/, status: 502, times: 1 });

  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "created" }]);
});

test.each([
  ["had created the comment", true],
  ["had not", false],
])("a service that fails while it creates, and %s, leaves one comment", async (_name, done) => {
  previews.leaveReport("dev", "quiet");
  previews.github.faults.push({ method: "POST", path: /\/comments$/, status: 502, done, times: 1 });

  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(previews.bodies()).toHaveLength(1);
});

test("a rate limit causes a wait", async () => {
  previews.leaveReport("dev", "quiet");
  previews.github.faults.push({
    ...{ method: "POST", path: /\/comments$/, status: 403, times: 1 },
    body: { message: "You have exceeded a secondary rate limit" },
    headers: { "retry-after": "1" },
  });

  expect(
    await commentOnPreviews(previews.client({ isPaced: true }), previews.context, {
      run: previews.run(),
      folder: previews.folder,
    }),
  ).toEqual([{ stack: "dev", outcome: "created" }]);
});

test.each([
  [
    403,
    "Resource not accessible by integration",
    "GitHub did not allow this run to write the comment: the token lacks a permission (403); give the job `permissions: pull-requests: write`.",
  ],
  [422, "Validation Failed", "GitHub did not allow this run to write the comment: Validation Failed (422)."],
])("the error for status %i is one sentence that says what to do", async (status, message, sentence) => {
  previews.leaveReport("dev", "quiet");
  previews.github.faults.push({ method: "POST", path: /\/comments$/, status, body: { message }, times: 9 });

  await expect(previews.comment()).rejects.toThrow(sentence);
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
  previews.leaveReport("dev", "quiet");
  previews.github.faults.push({
    method: "POST",
    path: /\/comments$/,
    status,
    body: { message },
    headers,
    times: 9,
  });

  await expect(previews.comment()).rejects.toThrow(
    `GitHub did not allow this run to write the comment: ${reason}`,
  );
  expect(previews.bodies()).toEqual([]);
});

test("an update is retried after one failure of the service", async () => {
  previews.leaveReport("dev", "quiet");
  await previews.comment();
  previews.github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 502, times: 1 });

  expect(await previews.comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "updated" }]);
  expect(previews.bodies()[0]).toContain(": run 18.1 -->");
});

test.each([
  ["before the update failed", false, 502],
  ["after an update whose response was lost", true, 504],
])("a retried update does not overwrite what a newer run wrote %s", async (_name, done, status) => {
  previews.leaveReport("dev", "quiet");
  await previews.comment();
  const newer = "<!-- thorbis preview dev: run 19.1 -->";
  const meanwhile = () => {
    for (const each of previews.github.comments(7)) each.body = newer;
  };
  previews.github.faults.push({
    method: "PATCH",
    path: /\/comments\/\d+$/,
    status,
    done,
    times: 1,
    meanwhile,
  });

  expect(await previews.comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(previews.bodies()).toEqual([newer]);
});

test("an update is sent twice at most, and refused ones once", async () => {
  previews.leaveReport("dev", "quiet");
  await previews.comment();
  const updates = () => previews.github.requests.filter((request) => request.startsWith("PATCH ")).length;
  previews.github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 503, times: 2 });
  await expect(previews.comment({ id: 18 })).rejects.toThrow("the service failed (503)");
  expect(updates()).toBe(2);

  previews.github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 403, times: 1 });
  await expect(previews.comment({ id: 18 })).rejects.toThrow("(403)");
  expect(updates()).toBe(3);
});

test("a comment that was deleted between the list and the update is created again", async () => {
  previews.leaveReport("dev", "quiet");
  await previews.comment();
  previews.github.faults.push({ method: "PATCH", path: /\/comments\/\d+$/, status: 404, times: 1 });

  expect(await previews.comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(previews.bodies()).toEqual([expect.stringContaining(": run 18.1 -->")]);
});
