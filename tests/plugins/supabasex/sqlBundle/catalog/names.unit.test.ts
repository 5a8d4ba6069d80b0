import { describe, expect, it } from "vitest";
import {
  canonicalCatalog,
  canonicalIdentity,
  diffCatalogs,
} from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";

describe("an identity", () => {
  it.each([
    ["type shared.json_object", 'type shared."json_object"'],
    ["column shared.logs json", 'column shared.logs "json"'],
    ["policy shared.json json_table", 'policy shared."json" "json_table"'],
    [
      "function shared.json(json, json[], shared.json, json_array.x)",
      'function shared."json"(json, json[], shared."json", "json_array".x)',
    ],
    ["index system_user.merge_action", 'index "system_user"."merge_action"'],
  ])("%s has the name that the newest server returns", (printed, canonical) => {
    expect(canonicalIdentity(printed)).toBe(canonical);
    expect(canonicalIdentity(canonical)).toBe(canonical);
  });

  it.each([
    "table shared.json_objects",
    "table shared.my_json",
    'table "with json_object".t',
    "function shared.f(json, jsonb)",
    "bucket json",
    "cron job json_object",
    "applied file repeatable/json_array.sql",
    "index shared.jsonäcutely",
    'policy shared.t "may read (json_object only)"',
    'function shared."of (json_array)"(integer)',
  ])("%s is unchanged", (identity) => {
    expect(canonicalIdentity(identity)).toBe(identity);
  });
});

it("a catalog recorded on PostgreSQL 15 equals the one read on 17", () => {
  const kept = {
    "table shared.json": { owner: "json", partitionOf: "shared.json_table" },
    "column shared.json json": { type: "json", default: "'{}'::json" },
    "column shared.json data": { type: "shared.json_object[]" },
    "type shared.pair": { attributes: ["json json", "other shared.json", '"a json_object" json'] },
    "sequence shared.n": { ownedBy: "shared.json json" },
    "cron job json": { command: "select json_array()" },
  };
  const read = {
    'table shared."json"': { owner: "json", partitionOf: 'shared."json_table"' },
    'column shared."json" "json"': { type: "json", default: "'{}'::json" },
    'column shared."json" data': { type: 'shared."json_object"[]' },
    "type shared.pair": { attributes: ['"json" json', 'other shared."json"', '"a json_object" json'] },
    "sequence shared.n": { ownedBy: 'shared."json" "json"' },
    "cron job json": { command: "select json_array()" },
  };

  expect(canonicalCatalog(kept)).toEqual(read);
  expect(diffCatalogs(canonicalCatalog(kept), read)).toEqual([]);
  // As a control: without it, each of them is missing and another one is extra.
  expect(diffCatalogs(kept, read)).not.toEqual([]);
});
