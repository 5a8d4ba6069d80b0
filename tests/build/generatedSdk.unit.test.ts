import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

// `pulumi package add` replaces sdks/supabase by a package that npm builds during installation, with its own compiler and
// settings. These tests put a small package of that form there.

const checkout = checkoutRoot();
const shared = ["@types", "undici-types", "typescript", "esbuild", "@esbuild"];
const ownBuild = "module.exports = { from: 'its own build' };";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "generated sdk "));
  await mkdir(path.join(root, "node_modules/@pulumi"), { recursive: true });
  for (const name of shared) {
    await symlink(path.join(checkout, "node_modules", name), path.join(root, "node_modules", name));
  }
  await symlink(path.join(root, "sdks/supabase"), path.join(root, "node_modules/@pulumi/supabase"));
  await mkdir(path.join(root, "build"));
  for (const name of ["build/bundle.cjs", "package.json", "tsconfig.typescript.json"]) {
    await cp(path.join(checkout, name), path.join(root, name));
  }
  await write("sdks/supabase/bin/index.js", ownBuild);
  await write("sdks/supabase/bin/index.d.ts", "export declare const from: string;\n");
  // Compiles under the loose settings of such a package, and not under ours.
  await write("sdks/supabase/index.ts", "const unused = 1;\nexport function from(value) { return value; }\n");
  await writeManifest({ build: "tsc", postinstall: "node ./scripts/postinstall.js" });
});

afterEach(() => rm(root, { recursive: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function writeManifest(scripts: Record<string, string> | undefined): Promise<void> {
  const manifest = { name: "@pulumi/supabase", version: "1.11.0", main: "bin/index.js", scripts };
  await write("sdks/supabase/package.json", JSON.stringify(manifest));
}

/** Bundles in every way: with a script of this repository, `npm run build`, and the program under Pulumi. */
async function bundleInEveryWay(): Promise<string> {
  const script = `
    const { bundle, staleOutputs, isStale } = require("./build/bundle.cjs");
    bundle(staleOutputs());
    bundle(["../sdks/supabase/bin/index.js"].filter(isStale));
    bundle();
  `;
  await execa(process.execPath, ["-e", script], { cwd: root });
  return await readFile(path.join(root, "sdks/supabase/bin/index.js"), "utf8");
}

test("the build of a generated package is not changed", async () => {
  expect(await bundleInEveryWay()).toBe(ownBuild);
});

test("a package without its own build, such as ours, is bundled", async () => {
  await writeManifest(undefined);

  expect(await bundleInEveryWay()).toContain("function from(value)");
});

test("our type check uses a generated package's declarations and not its sources", async () => {
  await write("index.ts", 'import { from } from "@pulumi/supabase";\nexport const text: string = from;\n');
  const tsc = path.join(checkout, "node_modules/typescript/bin/tsc");

  expect(
    await execa(process.execPath, [tsc, "-p", "tsconfig.typescript.json"], { cwd: root, reject: false }),
  ).toMatchObject({
    stdout: "",
    exitCode: 0,
  });
});
