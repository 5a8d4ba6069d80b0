import { describe, expect, it } from "vitest";
import { isSource } from "../../../backup/postgres/identity";

const source = {
  systemIdentifier: "7710981340409869749",
  database: "postgres",
  databaseOid: 5,
  lsn: "1/FF000000",
  serverVersion: "15.20",
  serverMajor: 15,
};

describe("a target is the source", () => {
  it.each([
    ["at the position of the backup", {}, true],
    ["later, under another name", { lsn: "2/0", database: "renamed" }, true],
    ["unless its log has not come so far, as in a copy of the same image", { lsn: "1/FE000000" }, false],
    ["unless it is another database of the same server", { databaseOid: 16_384, lsn: "2/0" }, false],
    ["unless it is another server", { systemIdentifier: "7710981340409869750", lsn: "2/0" }, false],
  ])("%s", (_, change, expected) => {
    expect(isSource({ ...source, ...change }, source)).toBe(expected);
  });
});
