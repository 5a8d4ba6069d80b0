import { describe, expect, it } from "vitest";
import { requireClientAtLeast } from "../../../backup/postgres/tools";

const tools = {
  pgDump: "pg_dump",
  pgRestore: "pg_restore",
  pgDumpVersion: "15.20",
  pgDumpMajor: 15,
  zstdVersion: "1.5.4",
};

describe("pg_dump", () => {
  it.each([150_004, 150_099, 140_001])("serves a server that is no newer (%i)", (version) => {
    expect(() => requireClientAtLeast(tools, version, "")).not.toThrow();
  });

  it("is refused for a newer server, with both versions", () => {
    expect(() => requireClientAtLeast(tools, 170_002, "17.2")).toThrow(
      "pg_dump is of version 15.20 and the server of version 17.2: install a client that is at least as new as the server.",
    );
  });
});
