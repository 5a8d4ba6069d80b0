import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { filesBelow, findLeaks } from "./leaks";

const secret = { name: "password", text: `q"8\\/+&'% é-${"0123456789"}-end of it` };
const leaks = (text: string) => findLeaks([secret], [{ where: "here", text: `before ${text} after` }]);

const json = JSON.stringify(secret.text);

test.each([
  ["plain", secret.text],
  ["JSON", json],
  ["JSON in JSON", JSON.stringify(JSON.stringify({ key: secret.text }))],
  ["JSON of Go", json.replaceAll("&", "\\u0026")],
  ["URL", `postgres://user:${encodeURIComponent(secret.text)}@host/db`],
  ["URL, small letters", encodeURIComponent(secret.text).toLowerCase()],
  ["form", new URLSearchParams({ key: secret.text }).toString()],
  ["SQL literal", `'${secret.text.replaceAll("'", "''")}'`],
  ["hexadecimal of plain", Buffer.from(secret.text).toString("hex")],
  ["base64 of JSON", Buffer.from(JSON.stringify({ key: secret.text })).toString("base64")],
])("finds a secret as %s", (encoding, text) => {
  expect(leaks(text)).toContainEqual({ secret: "password", where: "here", part: "beginning", encoding });
});

test.each([0, 1, 2, 3])("finds a secret in base64 behind %i other bytes, in both alphabets", (before) => {
  const document = Buffer.from(`${"x".repeat(before)}${secret.text} and more`);

  for (const alphabet of ["base64", "base64url"] as const)
    expect(leaks(document.toString(alphabet)).map(({ part }) => part)).toEqual(["beginning", "end"]);
});

test("finds a secret that is truncated at its start or end", () => {
  expect(leaks(secret.text.slice(0, 12))).toEqual([
    { secret: "password", where: "here", part: "beginning", encoding: "plain" },
  ]);
  expect(leaks(secret.text.slice(-12))).toEqual([
    { secret: "password", where: "here", part: "end", encoding: "plain" },
  ]);
});

test("does not report a few characters or an irreversible encoding", () => {
  expect(leaks(secret.text.slice(0, 11))).toEqual([]);
  expect(leaks(gzipSync(secret.text).toString("base64"))).toEqual([]);
  expect(leaks("[secret]")).toEqual([]);
});

test("a secret that is too short to identify is refused", () => {
  expect(() => findLeaks([{ name: "short", text: "postgres" }], [])).toThrow("short is too short");
});

test("reads the requested files of a folder, and does not follow links", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "files below "));
  try {
    writeFileSync(path.join(folder, "a.log"), "a");
    writeFileSync(path.join(folder, "b.db"), "b");
    symlinkSync(path.join(folder, "a.log"), path.join(folder, "c.log"));

    expect(filesBelow(folder, (file) => file.endsWith(".log"))).toEqual([{ where: "a.log", text: "a" }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
