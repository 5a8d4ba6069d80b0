import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { token } from "../github/standIn";
import { recorded } from "../recordings/recording";
import { TestPreviews } from "./support";

let previews: TestPreviews;
beforeEach(async () => {
  previews = await TestPreviews.start();
});
afterEach(() => previews.remove());

test("each stack has a comment of its own", async () => {
  previews.leaveReport("dev", "changeAndDrift");
  previews.leaveReport("prod", "replacement");

  await previews.comment({ stacks: { dev: "success", prod: "success", "like-dev": "skipped" } });

  expect(previews.bodies().map((body) => body.split("\n")[2])).toEqual([
    "### Preview of `dev`: changes",
    "### Preview of `prod`: changes",
  ]);
});

test("the comment of a failed preview has its error, that of a cancelled preview says that it was cancelled", async () => {
  previews.leaveReport("dev", "brokenMigration");

  await previews.comment({ stacks: { dev: "failure", prod: "cancelled", "like-dev": "failure" } });

  expect(previews.bodies()[0]).toContain("points.sql:1:47: syntax error");
  expect(previews.bodies()[1]).toContain("**The preview was cancelled before it wrote a report.**");
  expect(previews.bodies()[2]).toContain(
    "**The preview failed before it wrote a report: see the job's log.**",
  );
});

test("a report of success is not believed if its job ended otherwise", async () => {
  previews.leaveReport("dev", "quiet");
  previews.leaveReport("prod", "changeAndDrift");

  await previews.comment({ stacks: { dev: "failure", prod: "cancelled" } });

  expect(previews.bodies().map((body) => body.split("\n").slice(2, 5).join("\n"))).toEqual([
    "### Preview of `dev`: failed\n\n**The job failed, although its report says otherwise: see the log of the job.**",
    "### Preview of `prod`: cancelled\n\n**The preview was cancelled after it wrote a report.**",
  ]);
});

test("an artifact that is not a report, a link, or the report of another stack is not shown", async () => {
  for (const stack of ["one", "two", "three"]) mkdirSync(path.join(previews.folder, `preview-${stack}`));
  writeFileSync(path.join(previews.folder, "preview-one", "report.json"), '{"version":1,"stack":"one"}');
  writeFileSync(path.join(previews.folder, "secret"), "SECRET");
  symlinkSync(path.join(previews.folder, "secret"), path.join(previews.folder, "preview-two", "report.json"));
  previews.leaveReport("dev", "quiet");
  symlinkSync(path.join(previews.folder, "preview-dev"), path.join(previews.folder, "preview-four"));

  await previews.comment({ stacks: { one: "success", two: "success", three: "success", four: "success" } });

  expect(previews.bodies().map((body) => /\*\*(.*)\*\*/.exec(body)?.[1])).toEqual([
    "The preview's report does not match the documented schema.",
    "The preview wrote no readable report.",
    "The preview wrote no readable report.",
    "The preview's report does not match the documented schema.",
  ]);
});

test("the only artifact of a run, which is downloaded without its folder, is the report of its own stack", async () => {
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  writeFileSync(path.join(previews.folder, "report.json"), JSON.stringify(report));

  await previews.comment({ stacks: { dev: "success", prod: "failure" } });

  expect(previews.bodies().map((body) => /\*\*(.*)\*\*/.exec(body)?.[1])).toEqual([
    "There is nothing to do: code, state and services agree.",
    "The preview failed before it wrote a report: see the job's log.",
  ]);
});

test("secrets of the commenting job, terminal codes and mentions in a report are neutralized", async () => {
  previews.leaveReport("dev", "quiet");
  const file = path.join(previews.folder, "preview-dev", "report.json");
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  const message = `\u001b[31m@team\u001b[0m ${token} \`\`\` <img src=x>`;
  const verdict = { status: "changes", sentence: "**@team <img src=x> https://evil.example" };
  writeFileSync(file, JSON.stringify({ ...report, verdict, errors: [{ source: "program", message }] }));

  await previews.comment();

  expect(previews.bodies()[0]).toContain("````\n@team [secret] ``` <img src=x>\n````");
  expect(previews.bodies()[0]).toContain("**`**@team <img src=x> https://evil.example`**");
});

test("a report with values that are nested very deeply does not match the schema", async () => {
  mkdirSync(path.join(previews.folder, "preview-dev"));
  const report = buildReport(recorded("quiet"), { kind: "preview", stack: "dev", environment: {} });
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const property = `{"path":"a","change":"update","replaces":false,"to":${deep}}`;
  const change = `{"resource":{"urn":"u","type":"t","name":"n"},"operation":"update","properties":[${property}]}`;
  const text = JSON.stringify(report).replace('"changes":[]', `"changes":[${change}]`);
  writeFileSync(path.join(previews.folder, "preview-dev", "report.json"), text);

  expect(text.length).toBeGreaterThan(400_000);
  expect(await previews.comment()).toEqual([{ stack: "dev", outcome: "created" }]);
  expect(previews.bodies()[0]).toContain("The preview's report does not match the documented schema.");
});
