import { expect, test } from "vitest";
import { parseStackConfig } from "../../config/parse";
import { development, developmentSecrets, inputOf } from "./specimens";

// Names of objects and people contain the character that comes before the digest.
const digest = "1a2b3c4d5e6f7081";
const parsed = (area: "project" | "sql", entry: string) =>
  parseStackConfig(
    inputOf("dev", { ...development, [area]: { ...development[area], accept: [entry] } }, developmentSecrets),
  )[area].accept;

test.each([
  ["project", `organization member new@example.com @ ${digest}`],
  ["project", `topic subscription email ops@example.com @ ${digest}`],
  ["project", `edge function status-page @ ${digest}`],
  ["sql", `operator public.@@(text,text) @ ${digest}`],
  ["sql", `role "a@b" @ ${digest}`],
] as const)("an entry of %s.accept may be %s", (area, entry) => {
  expect(parsed(area, entry)).toEqual([entry]);
});

test.each(["role reporting", "role reporting @ 1a2b", `@ ${digest}`])(
  "an entry of sql.accept must be as printed, not %s",
  (entry) => {
    expect(() => parsed("sql", entry)).toThrow("must be an entry as a refresh or a preview prints it");
  },
);
