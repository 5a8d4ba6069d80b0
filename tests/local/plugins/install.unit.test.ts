import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { installStandIns } from "../../../local/plugins/install";

const base = mkdtempSync(path.join(os.tmpdir(), "install it's "));
const checkout = path.join(base, "check out");
const plugins = path.join(base, "home", "plugins");

beforeAll(() => {
  for (const manifest of [
    "node_modules/@pulumi/postgresql/package.json",
    "node_modules/@pulumi/aws/package.json",
    "sdks/supabase/package.json",
  ]) {
    mkdirSync(path.dirname(path.join(checkout, manifest)), { recursive: true });
    cpSync(path.join(checkoutRoot(), manifest), path.join(checkout, manifest));
  }
  mkdirSync(path.join(checkout, "build"));
  for (const file of ["build/bundle.cjs", "build/runBundle.cjs"])
    cpSync(path.join(checkoutRoot(), file), path.join(checkout, file));
  mkdirSync(path.join(checkout, "dist/providers"), { recursive: true });
  writeFileSync(
    path.join(checkout, "dist/providers/postgresql.cjs"),
    "console.log(JSON.stringify(process.argv.slice(2)));",
  );
});

afterAll(() => rmSync(base, { recursive: true }));

test("each stand-in is where the engine looks for its plugin and version, and the folder contains nothing else", async () => {
  await installStandIns(checkout, path.dirname(plugins));
  await installStandIns(checkout, path.dirname(plugins));

  const folders = readdirSync(plugins).map((name) => name.replace(/-v\d+\.\d+\.\d+$/, ""));
  expect(folders.sort()).toEqual(["resource-aws", "resource-postgresql", "resource-terraform-provider"]);
  for (const name of readdirSync(plugins)) {
    const plugin = name.replace(/^resource-(.*)-v.*$/, "$1");
    expect(readdirSync(path.join(plugins, name))).toEqual([`pulumi-resource-${plugin}`]);
  }
});

test("a stand-in runs its program in this checkout with the engine's arguments, for any path", async () => {
  await installStandIns(checkout, path.dirname(plugins));
  const folder = readdirSync(plugins).find((name) => name.startsWith("resource-postgresql")) ?? "";

  const printed = execFileSync(
    path.join(plugins, folder, "pulumi-resource-postgresql"),
    ["127.0.0.1:1", "a b"],
    {
      encoding: "utf8",
    },
  );

  expect(JSON.parse(printed)).toEqual(["127.0.0.1:1", "a b"]);
});
