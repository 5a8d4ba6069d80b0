import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleEntryPoint } from "../../../components/edgeFunctions/bundleEntryPoint";
import { checkoutRoot } from "../../../foundation/checkout";

const anHourAgo = new Date(Date.now() - 3_600_000);

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "edge function "));
  await mkdir(path.join(root, "functions"));
  const lockfile = path.join(root, "package-lock.json");
  await writeFile(lockfile, "{}");
  await utimes(lockfile, anHourAgo, anHourAgo);
});
afterEach(() => rm(root, { recursive: true }));

/** Saves a source with a time an hour ago, because a file that is saved during the build counts as newer than the bundle. */
async function source(name: string, text: string, savedAt = anHourAgo) {
  const file = path.join(root, "functions", name);
  await writeFile(file, text);
  await utimes(file, savedAt, savedAt);
}
const bundled = async () => readFile(path.join(root, bundleEntryPoint("x", "functions/x.ts", root)), "utf8");

test("bundles the imports of the entry point, except those that Deno loads itself", async () => {
  await source("greeting.ts", 'export const greeting: string = "hello";');
  await source(
    "x.ts",
    'import { greeting } from "./greeting.ts";\nimport { z } from "npm:zod@4";\nconsole.log(greeting, z);',
  );

  const text = await bundled();

  expect(text).toContain('var greeting = "hello";');
  expect(text.match(/^import .*$/gm)).toEqual(['import { z } from "npm:zod@4";']);
});

test("follows a change in an imported module", async () => {
  await source("greeting.ts", 'export const greeting = "hello";');
  await source("x.ts", 'import { greeting } from "./greeting.ts";\nconsole.log(greeting);');
  await bundled();

  await source("greeting.ts", 'export const greeting = "good day";', new Date());

  expect(await bundled()).toContain('"good day"');
});

test("does not write the file if nothing has changed", async () => {
  await source("x.ts", "console.log(1);");
  await bundled();
  const file = path.join(root, "dist/functions/x/index.js");
  // A rewritten file would not contain this.
  await writeFile(file, "// kept");

  expect(await bundled()).toBe("// kept");
});

test("reports the position of a build error", async () => {
  await source("x.ts", 'import "./gone.ts";');

  expect(() => bundleEntryPoint("x", "functions/x.ts", root)).toThrow(
    /^The edge function x does not build: functions\/x\.ts:1:8: Could not resolve "\.\/gone\.ts"$/,
  );
});

test("the business automation has the same bundle in every checkout, and needs no other file", async () => {
  const checkout = checkoutRoot();
  const entrypoint = "functions/business-automation/index.ts";
  await rm(path.join(root, "functions"), { recursive: true });
  await symlink(path.join(checkout, "functions"), path.join(root, "functions"));
  await symlink(path.join(checkout, "node_modules"), path.join(root, "node_modules"));

  const elsewhere = await readFile(path.join(root, bundleEntryPoint("a", entrypoint, root)), "utf8");
  const here = await readFile(
    path.join(checkout, bundleEntryPoint("business-automation", entrypoint, checkout)),
    "utf8",
  );

  expect(elsewhere).toBe(here);
  expect(here.match(/^import .*$/gm)).toBeNull();
  expect(here).not.toContain(checkout);
});

const map = (content: object) => source("deno.json", JSON.stringify(content));

test("bundles a pinned package that is installed in that version; Deno loads all others", async () => {
  const folder = path.join(root, "node_modules", "greetings");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), '{ "name": "greetings", "version": "1.2.3" }');
  await writeFile(path.join(folder, "polite.js"), 'export const hello = "good day";');
  await source("x.ts", 'import { hello } from "greetings/polite.js";\nconsole.log(hello);');

  await map({ imports: { "greetings/": "npm:/greetings@1.2.3/" } });
  expect(await bundled()).toContain('"good day"');
  await map({ imports: { "greetings/": "npm:/greetings@1.2.4/" } });
  expect(await bundled()).toContain('from "npm:/greetings@1.2.4/polite.js"');
});

test("names in the import map that Deno loads stay imports, with their subpaths", async () => {
  await map({ imports: { "@supabase/functions-js": "jsr:@supabase/functions-js@^2", zod: "npm:zod@4" } });
  await source(
    "x.ts",
    'import "@supabase/functions-js/edge-runtime.d.ts";\nimport { z } from "zod";\nconsole.log(z);',
  );

  expect((await bundled()).match(/^import .*$/gm)).toEqual([
    'import "jsr:@supabase/functions-js@^2/edge-runtime.d.ts";',
    'import { z } from "npm:zod@4";',
  ]);
});

test("follows a change of the import map, and a new import map", async () => {
  await source("one.ts", "export const value = 1;");
  await source("two.ts", "export const value = 2;");
  await source("x.ts", 'import { value } from "value";\nconsole.log(value);');
  expect(() => bundleEntryPoint("x", "functions/x.ts", root)).toThrow(/Could not resolve "value"/);

  await map({ imports: { value: "./one.ts" } });
  expect(await bundled()).toContain("value = 1");
  await map({ imports: { value: "./two.ts" } });
  expect(await bundled()).toContain("value = 2");
});

test("follows a change of the options for JSX, and refuses an unknown mode", async () => {
  await source("view.tsx", "export const view = <p />;");
  await source("x.ts", 'import { view } from "./view.tsx";\nconsole.log(view);');

  await map({ compilerOptions: { jsxFactory: "one", strict: false } });
  expect(await bundled()).toContain('one("p"');
  await map({ compilerOptions: { jsxFactory: "two" } });
  expect(await bundled()).toContain('two("p"');
  await map({ compilerOptions: { jsx: "vue" } });
  expect(() => bundleEntryPoint("x", "functions/x.ts", root)).toThrow(
    /deno\.json has an invalid compilerOptions\.jsx \(.*\): correct it\.$/,
  );
});

test("the file that `importMap` names is the import map", async () => {
  await map({ importMap: "./import_map.json" });
  await source("import_map.json", JSON.stringify({ imports: { value: "./one.ts" } }));
  await source("one.ts", "export const value = 1;");
  await source("x.ts", 'import { value } from "value";\nconsole.log(value);');

  expect(await bundled()).toContain("value = 1");
});

test.each([
  ["no JSON", "{", /deno\.json is not JSON \(.*\): correct it\.$/],
  [
    "imports that are not a map",
    '{"imports": []}',
    /deno\.json has an invalid imports \(.*\): correct it\.$/,
  ],
  [
    "a target that is not a string",
    '{"imports": {"a": 1}}',
    /deno\.json has an invalid imports\.a \(.*\): correct it\.$/,
  ],
  [
    "scopes",
    '{"scopes": {}}',
    /deno\.json has scopes, which this stack cannot bundle: move their entries into imports\.$/,
  ],
  [
    "a path as a name",
    '{"imports": {"./a.ts": "./b.ts"}}',
    /deno\.json maps \.\/a\.ts, which this stack cannot bundle: map a name such as "lib" or "lib\/", and import that\.$/,
  ],
  [
    "a map that does not exist",
    '{"importMap": "./gone.json"}',
    /deno\.json names the import map \.\/gone\.json, which does not exist: correct the path\.$/,
  ],
])("a deno.json with %s is refused", async (_, text, message) => {
  await source("deno.json", text);
  await source("x.ts", "console.log(1);");

  expect(() => bundleEntryPoint("x", "functions/x.ts", root)).toThrow(message);
});
