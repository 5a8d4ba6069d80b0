import { expect, test } from "vitest";
import type { Diagnostic } from "../../../ops/pulumi";
import { bundlesOf } from "../../../ops/report/bundles";
import { filesRan, notInDryRun } from "../../../plugins/supabasex/bundleMessages";
import type { ApplyResult } from "../../../plugins/supabasex/provider/sqlBundle/apply/apply";
import { reportForeign } from "../../../plugins/supabasex/provider/sqlBundle/preview/manualChanges";

const urn = "urn:pulumi:dev::thorbis-supabase::supabasex:index:SqlBundle::sql-bundle";

const said = (severity: string, message: string) => ({ urn, severity, message }) as Diagnostic;

/** Returns the provider's log of a result. */
function logged(report: (log: (severity: string, message: string) => void) => void): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  report((severity, message) => void diagnostics.push(said(severity, `${message}\n`)));
  return diagnostics;
}

test("effects on foreign objects are data, from the provider's messages", () => {
  const result = {
    takenOver: ["table public.notes rowSecurity"],
    undone: ["grant select on view public.totals to reporting"],
    recreatedForeign: ["policy public.notes rogue", "view public.by hand"],
  } as unknown as ApplyResult;
  const diagnostics = logged((log) => reportForeign(result, { log } as never));

  const [bundle] = bundlesOf(diagnostics, []);

  expect(bundle?.foreign).toEqual([
    { object: "table public.notes rowSecurity", change: "takenOver" },
    { object: "grant select on view public.totals to reporting", change: "undone" },
    { object: "policy public.notes rogue", change: "recreated" },
    { object: "view public.by hand", change: "recreated" },
  ]);
  expect(bundle?.notices).toEqual([]);
});

test("what the dry run does not cover is reported as a list", () => {
  const message = `${notInDryRun}\n  sequence public.n has advanced, and the rollback does not reset it\n  sql/a.sql: jobs\n`;

  const [bundle] = bundlesOf([said("info", message)], []);

  expect(bundle?.uncovered).toEqual([
    "sequence public.n has advanced, and the rollback does not reset it",
    "sql/a.sql: jobs",
  ]);
});

test("the files of a deployment have their times", () => {
  const lines = [
    "  sql/migrations/1_a.sql   new  12 ms",
    "  sql/repeatable/b c.sql  affected: view public.v  3 ms",
  ];

  const [bundle] = bundlesOf([said("info", [filesRan, ...lines].join("\n"))], []);

  expect(bundle?.files).toEqual([
    { path: "sql/migrations/1_a.sql", reason: "new", milliseconds: 12 },
    { path: "sql/repeatable/b c.sql", reason: "affected", because: "view public.v", milliseconds: 3 },
  ]);
});

test("files that a deployment summarizes by folder stay a notice", () => {
  const lines = ["  migrations: 1250 files, 4012 ms"];

  const [bundle] = bundlesOf([said("info", [filesRan, ...lines].join("\n"))], []);

  expect(bundle?.files).toEqual([]);
  expect(bundle?.notices).toEqual([{ severity: "info", title: filesRan, lines }]);
});
