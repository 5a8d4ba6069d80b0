import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../foundation/userError";
import { explainDiskError } from "../../local/diskErrors";

const folder = mkdtempSync(path.join(os.tmpdir(), "disk issues "));
afterAll(() => rmSync(folder, { recursive: true }));

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const messageOf = (error: unknown) => (error instanceof UserError ? error.message : undefined);
const advice = "fix this, or set THORBIS_LOCAL_DIRECTORY to a writable folder, and run the command again.";

test("a file in the way of a folder", () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");

  expect(messageOf(explainDiskError(thrownBy(() => mkdirSync(file, { recursive: true }))))).toBe(
    `${file} cannot be created, because it is a file: ${advice}`,
  );
  const below = path.join(file, "x");
  expect(messageOf(explainDiskError(thrownBy(() => mkdirSync(below, { recursive: true }))))).toBe(
    `${below} cannot be created, because a part of that path is a file: ${advice}`,
  );
});

test.each([
  [
    { code: "EACCES", path: "/x", syscall: "mkdir" },
    "/x cannot be created, because this user may not write there",
  ],
  [{ code: "EROFS", path: "/x", syscall: "open" }, "/x cannot be written, because it is read-only"],
  [{ code: "ENOSPC", path: "/x", syscall: "open" }, "/x cannot be written, because there is no space left"],
  [
    { code: "EFBIG", syscall: "write" },
    "a file of the local stack cannot be written, because it would be larger than this user's limit (ulimit -f)",
  ],
  [
    { code: "ENOSPC", syscall: "write" },
    "a file of the local stack cannot be written, because there is no space left",
  ],
])("%j becomes one sentence", (issue, sentence) => {
  expect(messageOf(explainDiskError(Object.assign(new Error("x"), issue)))).toBe(`${sentence}: ${advice}`);
});

test("any other error is returned unchanged", () => {
  const others = [
    new Error("x"),
    Object.assign(new Error("x"), { code: "EACCES", syscall: "connect" }),
    Object.assign(new Error("x"), { code: "ENOENT", path: "/x" }),
    "text",
  ];

  expect(others.map(explainDiskError)).toEqual(others);
});
