import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFileAtomically } from "../../foundation/atomicFile";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis-atomic-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const permissions = (file: string) => statSync(file).mode & 0o777;

test("replaces a file and leaves no other file", () => {
  const file = path.join(folder, "record.json");
  writeFileSync(file, "old");

  writeFileAtomically(file, "new", { durable: true });

  expect(readFileSync(file, "utf8")).toBe("new");
  expect(permissions(file)).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["record.json"]);
});

test("sets the requested permissions regardless of the umask", () => {
  const file = path.join(folder, "program");
  // Any umask except 000 removes some of these.
  writeFileAtomically(file, "#!/bin/sh\n", { mode: 0o777 });

  expect(permissions(file)).toBe(0o777);
});

test("a write that fails leaves the old contents and no draft", () => {
  const file = path.join(folder, "busy");
  mkdirSync(path.join(file, "child"), { recursive: true });

  expect(() => writeFileAtomically(file, "new")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);

  expect(readdirSync(folder)).toEqual(["busy"]);
  expect(readdirSync(file)).toEqual(["child"]);
});

test("a reader never sees partial contents", () => {
  const file = path.join(folder, "large");
  const [a, b] = ["a".repeat(1 << 16), "b".repeat(1 << 16)];
  writeFileAtomically(file, a);

  for (let round = 0; round < 50; round++) {
    writeFileAtomically(file, round % 2 === 0 ? b : a);
    expect([a, b]).toContain(readFileSync(file, "utf8"));
  }
});
