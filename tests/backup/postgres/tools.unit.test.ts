import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findTools } from "../../../backup/postgres/tools";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "thorbis-tools-"));
  vi.stubEnv("POSTGRESQL_BIN", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Writes programs that report a version and do nothing. */
async function install(names: readonly string[], version: string, into = folder): Promise<void> {
  for (const name of names) {
    const file = path.join(into, name);
    await writeFile(file, `#!/bin/sh\necho "${name} (PostgreSQL) ${version} (Debian)"\n`);
    await chmod(file, 0o755);
  }
}

describe("the programs for a server", () => {
  it("have its major version", async () => {
    await install(["pg_dump", "pg_restore", "psql"], "99.3");
    const tools = await findTools(99);
    expect(tools).toMatchObject({
      pgDump: path.join(folder, "pg_dump"),
      psql: path.join(folder, "psql"),
      pgDumpVersion: "99.3",
      pgDumpMajor: 99,
    });
  });

  it("are found among the packages if POSTGRESQL_BIN has another version", async () => {
    const other = await mkdtemp(path.join(tmpdir(), "thorbis-tools-"));
    vi.stubEnv("PATH", `${other}${path.delimiter}${process.env.PATH}`);
    await install(["pg_dump", "pg_restore", "psql"], "99.3");
    await install(["pg_dump", "pg_restore", "psql"], "97.1", other);
    const { pgDump } = await findTools(97);
    await rm(other, { recursive: true });
    expect(pgDump).toBe(path.join(other, "pg_dump"));
  });

  it.each([
    ["of a newer version", ["pg_dump", "pg_restore", "psql"], "99.3"],
    ["without psql", ["pg_dump", "pg_restore"], "98.1"],
    ["without pg_restore", ["pg_dump", "psql"], "98.1"],
  ])("are not those %s", async (_, names, version) => {
    await install(names, version);
    await expect(findTools(98)).rejects.toThrow(
      "There is no usable pg_dump of PostgreSQL 98 here: install it (Debian's package postgresql-client-98).",
    );
  });
});
