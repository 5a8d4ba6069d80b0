import { afterEach, beforeEach, expect, test } from "vitest";
import { commentOnPreviews } from "../../../ops/comment/previewComments";
import { bot, TestPreviews } from "./support";

let previews: TestPreviews;
beforeEach(async () => {
  previews = await TestPreviews.start();
});
afterEach(() => previews.remove());

test("the first run creates a comment, the second replaces its text on any page", async () => {
  for (let number = 0; number < 150; number++) previews.github.addComment(7, "somebody", `comment ${number}`);
  previews.leaveReport("dev", "changeAndDrift");

  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  previews.leaveReport("dev", "quiet");
  expect(await previews.comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "updated" }]);

  expect(previews.github.comments(7)).toHaveLength(151);
  expect(previews.bodies().at(-1)).toMatch(
    /^<!-- thorbis preview dev: run 18\.1 -->\n\n### Preview of `dev`: nothing to do/,
  );
});

test("a comment of another user with our marker is not changed", async () => {
  previews.github.addComment(7, "mallory", "<!-- thorbis preview dev: run 999999.1 -->");
  previews.leaveReport("dev", "quiet");

  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(previews.github.comments(7).map(({ user }) => user.login)).toEqual(["mallory", bot]);
});

test("an older run does not overwrite the comment of a newer one", async () => {
  previews.leaveReport("dev", "quiet");
  await previews.comment({ id: 18 });
  previews.leaveReport("dev", "brokenMigration");

  expect(await previews.comment({ id: 17 })).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(previews.bodies()).toHaveLength(1);
  expect(previews.bodies()[0]).toContain("nothing to do");
});

test("two runs that comment at the same time leave one comment, the newer run's", async () => {
  previews.leaveReport("dev", "quiet");
  const runs = [previews.run({ id: 21 }), previews.run({ id: 22 })];

  await Promise.all(
    runs.map((each) =>
      commentOnPreviews(previews.client(), previews.context, { run: each, folder: previews.folder }),
    ),
  );

  expect(previews.bodies().map((body) => body.split("\n")[0])).toEqual([
    "<!-- thorbis preview dev: run 22.1 -->",
  ]);
});

test("an earlier attempt of a run does not overwrite the comment of a later one", async () => {
  previews.leaveReport("dev", "quiet");
  const later = "<!-- thorbis preview dev: run 17.2 -->";
  previews.github.addComment(7, bot, later);

  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "superseded" }]);
  expect(previews.bodies()).toEqual([later]);
});

test("a comment whose marker a user removed is left alone, and another one is created", async () => {
  previews.leaveReport("dev", "quiet");
  await previews.comment();
  for (const each of previews.github.comments(7)) each.body = "edited";

  expect(await previews.comment({ id: 18 })).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(previews.bodies()).toEqual(["edited", expect.stringContaining(": run 18.1 -->")]);
});
