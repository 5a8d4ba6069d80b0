import { describe, expect, it } from "vitest";
import { isSource } from "../../../backup/postgres/identity";

const source = {
  systemIdentifier: "7710981340409869749",
  database: "postgres",
  databaseOid: 5,
  projectRef: null,
};
const project = { ...source, projectRef: "abcdefghijklmnopqrst" };

describe("a target is the source", () => {
  it.each([
    ["by the server's identifiers", source, source, true],
    ["under another name", { ...source, database: "renamed" }, source, true],
    ["unless it is another database of the same server", { ...source, databaseOid: 16_384 }, source, false],
    ["unless it is another server", { ...source, systemIdentifier: "7710981340409869750" }, source, false],
    [
      "as the same project, also with the files of another server",
      { ...project, systemIdentifier: "1" },
      project,
      true,
    ],
    [
      "unless it is another project, also with a copy of the files",
      { ...project, projectRef: "tsrqponmlkjihgfedcba" },
      project,
      false,
    ],
    ["by the server's identifiers if one of the projects is not known", source, project, true],
  ])("%s", (_, target, backedUp, expected) => {
    expect(isSource(target, backedUp)).toBe(expected);
  });
});
