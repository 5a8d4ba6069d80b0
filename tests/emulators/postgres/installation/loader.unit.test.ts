import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findLoader } from "../../../../emulators/postgres/installation/loader";

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "unpacked "));
});

afterEach(() => rmSync(root, { recursive: true }));

function file(name: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), "");
}

function link(name: string, target: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  symlinkSync(target, path.join(root, name));
}

test.each([
  [
    "Debian 12, where lib64 leads out of them",
    "lib64/ld-linux-x86-64.so.2",
    // Its target exists on most machines, and is the loader of another C library.
    process.execPath,
    "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
  ],
  [
    "Debian 13, with everything below usr",
    "usr/lib64/ld-linux-x86-64.so.2",
    "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
  ],
  [
    "Debian 12 on ARM",
    "lib/ld-linux-aarch64.so.1",
    process.execPath,
    "lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
  ],
])("the loader of the packages of %s is the one in these packages", (_, linked, target, loader) => {
  file(loader);
  file(path.join(path.dirname(loader), "libc.so.6"));
  link(linked, target);

  expect(findLoader(root, [path.dirname(loader)])).toBe(loader);
});

test("packages without a loader have none", () => {
  file("lib/x86_64-linux-gnu/libc.so.6");

  expect(findLoader(root, ["lib/x86_64-linux-gnu"])).toBeUndefined();
});
