import { expect, test } from "vitest";
import { divide } from "../../../backup/restore/phases";
import type { SchemaEntry } from "../../../backup/restore/schemaArchive";

const entry = (id: number, kind: string, needs: number[] = []): SchemaEntry => ({
  id,
  kind,
  needs,
  schema: "shop",
  tag: `tag ${id}`,
  owner: "app",
  sql: "",
});

const idsOf = (entries: readonly SchemaEntry[]): number[] => entries.map(({ id }) => id);

test("objects that need a primary key are created after the rows, and their grants follow", () => {
  const phases = divide([
    entry(1, "TABLE"),
    entry(2, "MATERIALIZED VIEW", [1]),
    entry(3, "CONSTRAINT", [1]),
    entry(4, "MATERIALIZED VIEW", [1, 3]),
    entry(5, "FUNCTION", [3]),
    entry(6, "INDEX", [4]),
    entry(7, "COMMENT", [4]),
    entry(8, "ACL", [1]),
    entry(9, "ACL", [4]),
    entry(10, "DEFAULT ACL"),
  ]);
  expect(idsOf(phases.beforeRows)).toEqual([1, 2]);
  expect(idsOf(phases.grants)).toEqual([8]);
  expect(idsOf(phases.afterRows)).toEqual([3, 4, 5, 6, 9, 10]);
  expect(idsOf(phases.comments)).toEqual([7]);
});

test("default privileges alone do not postpone anything", () => {
  const phases = divide([entry(1, "DEFAULT ACL"), entry(2, "TABLE"), entry(3, "ACL", [2])]);
  expect(idsOf(phases.beforeRows)).toEqual([2]);
  expect(idsOf(phases.afterRows)).toEqual([1]);
});
