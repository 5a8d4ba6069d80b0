import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeTree } from "../../../local/toolchain/removeTree";

// Read-only folders, as Go leaves them. Root ignores their permissions, so the tests use an ordinary user.

const isRoot = process.geteuid?.() === 0;
const nobody = 65_534;

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "remove tree "));
});

afterEach(() => removeTree(root));

/** Creates a tree of read-only folders that belongs to the user who deletes it. */
function readOnlyTree(): string {
  const folder = path.join(root, "modules");
  const folders = ["", "golang.org", "golang.org/toolchain", "golang.org/toolchain/src"].map((name) =>
    path.join(folder, name),
  );
  for (const each of folders) {
    mkdirSync(each);
    writeFileSync(path.join(each, "file.go"), "", { mode: 0o444 });
  }
  for (const each of [root, ...folders].reverse()) {
    if (isRoot) chownSync(each, nobody, nobody);
    if (each !== root) chmodSync(each, 0o555);
  }
  return folder;
}

const removeInChild = async (way: "removeTree" | "rmSync", folder: string) =>
  await execa(
    process.execPath,
    ["--import", "tsx", path.join(import.meta.dirname, "removeInChild.ts"), way, folder],
    { reject: false, ...(isRoot && { uid: nobody, gid: nobody }), env: { HOME: root } },
  );

test("read-only folders of an ordinary user are deleted", async () => {
  const folder = readOnlyTree();
  // Control: without write permission, Node's own function fails.
  const control = await removeInChild("rmSync", folder);

  const { exitCode, stderr } = await removeInChild("removeTree", folder);

  expect(control.exitCode).toBe(1);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(existsSync(folder)).toBe(false);
});

test("a missing folder is not an error", () => {
  expect(() => removeTree(path.join(root, "none"))).not.toThrow();
});

test("any other reason is an error", () => {
  const file = path.join(root, "file");
  writeFileSync(file, "");

  expect(() => removeTree(path.join(file, "below"))).toThrow();
  rmSync(file);
});
