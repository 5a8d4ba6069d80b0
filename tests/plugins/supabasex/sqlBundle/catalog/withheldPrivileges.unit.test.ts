import { expect, test } from "vitest";
import type { Catalog } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { diffPostures, postureOf } from "../../../../../plugins/supabasex/provider/sqlBundle/catalog/posture";

// Functions of extensions that PUBLIC may not execute.

const server = { majorVersion: 17 };
const extension = { schema: "extensions" };
const withheld = {
  "withheld privilege execute on function extensions.f() from public": { extension: "odd-name" },
};
const accessIn = (live: Catalog, managed: Catalog = {}) => postureOf({ live, expected: managed, managed });
const reportedIn = (baseline: Catalog, posture: Catalog) =>
  diffPostures(baseline, posture).map(({ kind, identity }) => `${kind} ${identity}`);
const extensions = { "extension plpgsql": extension, 'extension "odd-name"': extension };
const known = accessIn({ server, ...extensions, ...withheld });

test("a function that PUBLIC may execute again is reported", () => {
  expect(reportedIn(known, accessIn({ server, ...extensions }))).toEqual([
    `missing ${Object.keys(withheld)[0]}`,
  ]);
});

test("a function of an extension of the bundle is reported, too", () => {
  const own = { 'extension "odd-name"': extension };
  const before = accessIn({ server, ...extensions, ...withheld }, own);

  expect(reportedIn(before, accessIn({ server, ...extensions }, own))).toEqual([
    `missing ${Object.keys(withheld)[0]}`,
  ]);
});
