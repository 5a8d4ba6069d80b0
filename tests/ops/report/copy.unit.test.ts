import { expect, test } from "vitest";
import type { Finding } from "../../../ops/advisors/findings";
import { buildReport, type DeployedCopy } from "../../../ops/report/build";
import { renderMarkdown } from "../../../ops/report/markdown/render";
import { reportSchema } from "../../../ops/report/model";
import { renderText } from "../../../ops/report/text";
import { recorded } from "../recordings/recording";

const finding = (name: string, level: Finding["level"], detail: string): Finding => ({
  ...{ name, level, detail, title: name, key: name, object: name },
  remediation: `https://supabase.com/docs/${name}`,
});
const exposed = finding("auth_users_exposed", "error", "View `everybody` exposes auth.users|all");
const mutable = finding("function_search_path_mutable", "warning", "Function f has a mutable search_path");

const reportOn = (copy: DeployedCopy) =>
  buildReport(recorded("changeAndDrift"), { kind: "preview", stack: "like-dev", environment: {}, copy });

test("findings that the change adds and resolves are in every form of the report", () => {
  const advisors = { added: [exposed], resolved: [mutable], unchanged: 3 };

  const report = reportOn({ deployment: recorded("up"), advisors });

  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report.advisors).toMatchObject({ added: [{ level: "error" }], resolved: [{}], unchanged: 3 });
  expect(report.verdict.status).toBe("changes");
  expect(report.verdict.sentence).toContain("Supabase's advisors have 1 new finding.");
  const markdown = renderMarkdown(report);
  expect(markdown).toContain("#### New findings of Supabase's advisors\n\n| Level | Finding | What |");
  expect(markdown).toContain(
    "| error | `auth_users_exposed` | ``View `everybody` exposes auth.users\\|all`` |",
  );
  expect(markdown).toContain("#### Findings of Supabase's advisors that this change resolves");
  expect(markdown.indexOf("New findings")).toBeLessThan(markdown.indexOf("#### What this change does"));
  expect(renderText(report)).toContain(
    "New findings of Supabase's advisors:\n  error   auth_users_exposed: View `everybody` exposes auth.users|all\n          https://supabase.com/docs/auth_users_exposed",
  );
});

test("a change without new findings does not mention the advisors", () => {
  const report = reportOn({
    deployment: recorded("up"),
    advisors: { added: [], resolved: [], unchanged: 0 },
  });

  expect(report.verdict.sentence).not.toContain("advisors");
  expect(renderMarkdown(report)).not.toContain("advisors");
});

test("advisors that did not respond are a warning, and the report has no findings", () => {
  const report = reportOn({ deployment: recorded("up"), advisors: { unavailable: "npm is not reachable." } });

  expect(report.advisors).toBeUndefined();
  expect(report.warnings.at(-1)).toEqual({
    source: "command",
    message: "Supabase's advisors did not run for this change: npm is not reachable.",
  });
});

test("a change that does not deploy to the copy is reported as a failure", () => {
  const deployment = { ...recorded("brokenMigration"), exitCode: 1 };

  const { verdict, errors } = reportOn({ deployment, advisors: { unavailable: "" } });

  expect(verdict).toEqual({
    status: "failed",
    sentence:
      "The preview succeeded, but the deployment of the change to a copy of its base failed with 1 error.",
  });
  expect(errors[0]?.message).toContain("points.sql:1:47: syntax error");
});
