import { expect, test } from "vitest";
import { bundleIssue } from "../../../emulators/managementApi/functionBundle";

const issueOf = (files: Readonly<Record<string, string>>, importMap?: string) =>
  bundleIssue(
    {
      entrypoint: "functions/a/index.ts",
      importMap,
      files: new Map(
        Object.entries(files).map(([name, content]) => [name, new TextEncoder().encode(content)]),
      ),
    },
    (file) => `file:///${file}`,
  );

test.each<[what: string, files: Record<string, string>, importMap?: string]>([
  ["no import", { "functions/a/index.ts": "Deno.serve(() => new Response('a'));" }],
  [
    "shared modules that import other modules",
    {
      "functions/a/index.ts": 'import { b } from "../_shared/b.ts";\nb();',
      "functions/_shared/b.ts": 'export { c as b } from "./c.js";',
      "functions/_shared/c.js": "export const c = () => 1;",
    },
  ],
  [
    "packages, modules of Node and the web",
    {
      "functions/a/index.ts":
        'import "jsr:@supabase/functions-js/edge-runtime.d.ts";\nimport z from "npm:zod@4";\nimport fs from "node:fs";\nimport x from "https://deno.land/x/y.ts";\nz(fs, x);',
    },
  ],
  [
    "names and prefixes of an import map with comments",
    {
      "functions/a/index.ts":
        'import { b } from "shared/b.ts";\nimport z from "zod";\nimport h from "hono/cors";\nb(z, h);',
      "functions/_shared/b.ts": "export const b = (...all: unknown[]) => all;",
      "functions/a/deno.json":
        '{ // ours\n "imports": { "shared/": "../_shared/", "zod": "npm:zod@4", "hono/": "npm:/hono@4/", } }',
    },
    "functions/a/deno.json",
  ],
  [
    "a type in a missing file, a text that looks like an import, JSX and a file that is not a module",
    {
      "functions/a/index.ts":
        'import type { T } from "../types.ts";\nimport { view } from "./view.tsx";\nimport data from "./data.json" with { type: "json" };\nconst t = `\n  import x from "./nowhere.ts"\n` as T;\nview(t, data);',
      "functions/a/view.tsx": "export const view = (...all: unknown[]) => <p>{all}</p>;",
      "functions/a/data.json": "{}",
    },
  ],
])("a function bundles: %s", (_, files, importMap) => {
  expect(issueOf(files, importMap)).toBeUndefined();
});

test.each<[what: string, files: Record<string, string>, issue: string, importMap?: string]>([
  ["no entry point", {}, 'Module not found "file:///functions/a/index.ts".'],
  [
    "no import map",
    { "functions/a/index.ts": "" },
    'Module not found "file:///functions/a/deno.json".',
    "functions/a/deno.json",
  ],
  [
    "an import map that is not JSON",
    { "functions/a/index.ts": "", "functions/a/deno.json": "imports:" },
    'Unable to parse import map "file:///functions/a/deno.json".',
    "functions/a/deno.json",
  ],
  [
    "a missing module that an imported module imports",
    { "functions/a/index.ts": 'import "./b.ts";', "functions/a/b.ts": 'import { c } from "../c.ts";\nc();' },
    'Module not found "file:///functions/c.ts". at file:///functions/a/b.ts',
  ],
  [
    "an unmapped name",
    { "functions/a/index.ts": 'import { z } from "zod";\nz();' },
    'Relative import path "zod" not prefixed with / or ./ or ../ at file:///functions/a/index.ts',
  ],
  [
    "a syntax error",
    { "functions/a/index.ts": "const a = 1;\nconst = 2;" },
    'The module\'s source code could not be parsed: Expected identifier but found "=" at file:///functions/a/index.ts:2:7',
  ],
])("the platform's bundler refuses: %s", (_, files, issue, importMap) => {
  expect(issueOf(files, importMap)).toBe(issue);
});
