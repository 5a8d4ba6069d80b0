import { expect, test } from "vitest";
import { UserError } from "../../../foundation/userError";
import { acceptanceOf, acceptedFindings } from "../../../ops/advisors/accepted";
import { compareFindings } from "../../../ops/advisors/compare";
import { type Finding, findingsOf } from "../../../ops/advisors/findings";

const lint = (name: string, level: "ERROR" | "WARN" | "INFO", object: string) => ({
  ...{ name, level, title: name, detail: `${name} of ${object}`, remediation: "", facing: "EXTERNAL" },
  ...{ cache_key: `${name}_${object}`, metadata: { name: object, schema: "public" } },
});
const namesOf = (findings: readonly Finding[]) => findings.map(({ key }) => key);

test("findings are sorted by severity, each listed once", () => {
  const found = findingsOf([
    lint("unused_index", "INFO", "b"),
    lint("no_primary_key", "INFO", "a"),
    lint("function_search_path_mutable", "WARN", "f"),
    lint("rls_disabled_in_public", "ERROR", "t"),
    lint("unused_index", "INFO", "b"),
  ]);

  expect(namesOf(found)).toEqual([
    "rls_disabled_in_public_t",
    "function_search_path_mutable_f",
    "no_primary_key_a",
    "unused_index_b",
  ]);
});

test("a change adds and resolves findings; accepted ones do not count", () => {
  const before = findingsOf([
    lint("rls_disabled_in_public", "ERROR", "old"),
    lint("no_primary_key", "INFO", "kept"),
  ]);
  const after = findingsOf([
    lint("no_primary_key", "INFO", "kept"),
    lint("auth_users_exposed", "ERROR", "everybody"),
    lint("unused_index", "INFO", "new_index"),
    lint("rls_enabled_no_policy", "INFO", "metrics_2027_01"),
    lint("rls_enabled_no_policy", "INFO", "orders"),
  ]);

  const { added, resolved, unchanged } = compareFindings(before, after);

  expect(namesOf(added)).toEqual(["auth_users_exposed_everybody", "rls_enabled_no_policy_orders"]);
  expect(namesOf(resolved)).toEqual(["rls_disabled_in_public_old"]);
  expect(unchanged).toBe(1);
});

test("only findings of level INFO can be accepted", () => {
  for (const name of Object.keys(acceptedFindings)) {
    const [finding] = findingsOf([lint(name, "WARN", "metrics_2027_01")]);
    expect(finding && acceptanceOf(finding)).toBeUndefined();
  }
});

test.each([
  ["no list", {}, "Invalid input: expected array, received object"],
  [
    "a new level",
    [{ ...lint("unused_index", "INFO", "a"), level: "FATAL" }],
    '0.level: Invalid option: expected one of "ERROR"|"WARN"|"INFO"',
  ],
])("a response with %s is refused in one sentence", (_name, answer, reason) => {
  expect(() => findingsOf(answer)).toThrow(
    new UserError(
      `The response of Supabase's advisors has an unknown format (${reason}): use a newer version of this repository, or report it there.`,
    ),
  );
});
