import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

// Pages that refer new contributors to files: each path in them must exist.

const root = checkoutRoot();

/** Returns paths in backticks: below a folder of the tree, or a file at the top level. */
function namedPaths(markdown: string): string[] {
  const quoted = [...markdown.matchAll(/`([^`\s]+)`/g)].map(([, text]) => text ?? "");
  const linked = [...markdown.matchAll(/\]\(([^)#:]+)[^)]*\)/g)].map(([, text]) => `docs/${text}`);
  return [
    ...quoted.filter(
      (text) => /^(?:\.?[\w-]+\/)[\w./-]*$/.test(text) || /^[\w-][\w.-]*\.(?:ts|md|cjs)$/.test(text),
    ),
    ...linked,
  ];
}

test.each([
  ["contributing.md", 50],
  ["conventions.md", 15],
  ["testing.md", 5],
])("every path that docs/%s names exists", (page, least) => {
  const named = namedPaths(readFileSync(path.join(root, "docs", page), "utf8"));

  expect(named.length).toBeGreaterThan(least);
  const missing = named.filter(
    (name) => !existsSync(path.join(root, name)) && !existsSync(path.join(root, "docs", name)),
  );
  expect(missing).toEqual([]);
});

test("control: detects a path that does not exist", () => {
  expect(namedPaths("see `config/areas/` and `no/such/file.ts`")).toEqual([
    "config/areas/",
    "no/such/file.ts",
  ]);
});
