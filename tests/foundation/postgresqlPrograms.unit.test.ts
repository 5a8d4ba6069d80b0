import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { holdsPrograms, postgresqlBin, postgresqlFolders } from "../../foundation/postgresqlPrograms";

const folder = mkdtempSync(path.join(tmpdir(), "programs "));
writeFileSync(path.join(folder, "pg_dump"), "#!/bin/sh\n", { mode: 0o755 });
writeFileSync(path.join(folder, "pg_restore"), "not to be run", { mode: 0o644 });
afterAll(() => rmSync(folder, { recursive: true }));

describe("the folders in which PostgreSQL is searched", () => {
  it("is only that of POSTGRESQL_BIN if it is set", () => {
    expect(postgresqlFolders({ POSTGRESQL_BIN: folder, PATH: "/usr/bin" })).toEqual([folder]);
  });

  it("also include those of PATH, each once, if it is not set or empty", () => {
    const PATH = `/opt/a:/opt/b:/opt/a:relative:`;
    for (const environment of [{ PATH }, { PATH, POSTGRESQL_BIN: "" }]) {
      const folders = postgresqlFolders(environment);
      expect(folders.slice(-2)).toEqual(["/opt/a", "/opt/b"]);
      expect(folders.slice(0, -2).every((entry) => entry.startsWith("/usr/lib/postgresql/"))).toBe(true);
    }
  });

  it.each(["bin", "/no/such/folder", import.meta.filename])("refuses POSTGRESQL_BIN=%s", (value) => {
    expect(() => postgresqlBin({ POSTGRESQL_BIN: value })).toThrow(
      `POSTGRESQL_BIN is ${value}, which is not the absolute path of a folder: set it to the folder of PostgreSQL's programs, such as /usr/lib/postgresql/17/bin, or unset it.`,
    );
  });
});

it("contains a program only if it is executable", () => {
  expect(holdsPrograms(folder, "pg_dump")).toBe(true);
  expect(holdsPrograms(folder, "pg_dump", "pg_restore")).toBe(false);
});
