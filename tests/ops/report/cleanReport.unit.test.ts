import { expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { renderMarkdown } from "../../../ops/report/markdown/render";
import { reportSchema } from "../../../ops/report/model";
import { renderText } from "../../../ops/report/text";
import { recorded } from "../recordings/recording";

const reportWith = (secret: string) =>
  buildReport(recorded("changeAndDrift"), {
    kind: "preview",
    stack: "like-prod",
    environment: { DATABASE_PASSWORD: secret },
  });

test.each(["resource", "warnings", "properties", "durationSeconds", "repaired", "unchanged", "like-prod"])(
  "a secret that is the word %j does not damage the report",
  (word) => {
    const report = reportWith(word);

    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report.stack).toBe("like-prod");
    expect([renderMarkdown(report), renderText(report)].every((text) => text.includes("like-prod"))).toBe(
      true,
    );
  },
);

test("a secret is masked in texts, although the format has its word", () => {
  const update = { resource: { urn: "u", type: "t", name: "n" }, severity: "error", color: "never" };
  const run = {
    ...recorded("quiet"),
    exitCode: 1,
    events: [{ sequence: 0, timestamp: 0, diagnosticEvent: { ...update, message: "login with repaired" } }],
  };
  const { errors } = buildReport(run as never, {
    kind: "preview",
    stack: "dev",
    environment: { DATABASE_PASSWORD: "repaired" },
  });

  expect(errors.map(({ message }) => message)).toEqual(["login with [secret]"]);
});

test("names of members inside of values are masked", () => {
  const step = (inputs: object) => ({
    ...{ op: "update", urn: "urn:pulumi:dev::p::aws:s3/bucket:Bucket::b", type: "aws:s3/bucket:Bucket" },
    detailedDiff: { tags: { diffKind: "update", inputDiff: true } },
    ...{ old: { inputs: { tags: {} }, outputs: {} }, new: { inputs, outputs: {} } },
  });
  const metadata = step({ tags: { "s3cret-name": "s3cret-name!" } });
  const run = {
    ...recorded("quiet"),
    events: [{ sequence: 0, timestamp: 0, resOutputsEvent: { metadata } }],
  };
  const { changes } = buildReport(run as never, {
    kind: "preview",
    stack: "dev",
    environment: { A_TOKEN: "s3cret-name" },
  });

  expect(changes[0]?.properties[0]?.to).toEqual({ "[secret]": "[secret]!" });
});
