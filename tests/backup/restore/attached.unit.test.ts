import { describe, expect, it } from "vitest";
import type { AccessEntry } from "../../../backup/postgres/access";
import { attach } from "../../../backup/restore/attached";
import { compareAccess } from "../../../backup/restore/compareAccess";

const context = { sourceMajor: 17, targetMajor: 17, isIncomplete: false, isProject: true };
const extension = (version: string): AccessEntry => ({
  kind: "extension",
  name: '"uuid-ossp"',
  facts: { schema: "extensions", version },
});
const ofExtension = (kind: string, name: string, facts: Record<string, string> = {}): AccessEntry => ({
  kind,
  name,
  facts: { extension: "uuid-ossp", ...facts },
});

describe("the SQL that adds a part to an object of an extension", () => {
  it.each([
    [
      "table column",
      'e."a.b"."c ""d"',
      "text not null",
      'alter table e."a.b" add column "c ""d" text not null',
    ],
    [
      "constraint",
      '"x on y" on e.t',
      "CHECK ((a > 0))",
      'alter table e.t add constraint "x on y" CHECK ((a > 0))',
    ],
    [
      "system comment",
      "function pg_catalog.now()",
      "It's",
      "comment on function pg_catalog.now() is 'It''s'",
    ],
    ["comment", "table column e.t.a", "It's", "comment on column e.t.a is 'It''s'"],
    ["comment", "view column e.v.a", "a", "comment on column e.v.a is 'a'"],
    ["comment", "materialized view column e.v.a", "a", "comment on column e.v.a is 'a'"],
    ["comment", "foreign table column e.f.a", "a", "comment on column e.f.a is 'a'"],
    ["comment", "composite type column e.c.a", "a", "comment on column e.c.a is 'a'"],
    ["comment", "aggregate e.n()", "a", "comment on aggregate e.n(*) is 'a'"],
    ["comment", "aggregate e.n(integer)", "a", "comment on aggregate e.n(integer) is 'a'"],
    ["comment", "transform for e.t on language l", "a", "comment on transform for e.t language l is 'a'"],
    ["comment", "table constraint k on e.t", "a", "comment on constraint k on e.t is 'a'"],
    ["comment", "foreign-data wrapper w", "a", "comment on foreign data wrapper w is 'a'"],
    ["comment", "domain constraint k on e.d", "a", "comment on constraint k on domain e.d is 'a'"],
    [
      "publication member",
      "e.t in p",
      "(a) where (a > 3)",
      "alter publication p add table e.t (a) where (a > 3)",
    ],
    ["index", "e.i", "CREATE INDEX i ON e.t USING btree (a)", "CREATE INDEX i ON e.t USING btree (a)"],
  ])("of a %s named %s", (kind, name, definition, expected) => {
    expect(attach(ofExtension(kind, name, { definition }))).toBe(expected);
  });

  it("creates the sequence of a column, but not one that no column owns", () => {
    const facts = { definition: "create sequence if not exists e.s as bigint", owner: 'a"b' };
    expect(attach(ofExtension("sequence", "e.s", { ...facts, "owned by": "e.t.c" }))).toBe(
      'create sequence if not exists e.s as bigint; alter sequence e.s owner to "a""b"; alter sequence e.s owned by e.t.c',
    );
    expect(attach(ofExtension("sequence", "e.s"))).toBeUndefined();
  });

  it("keeps a trigger disabled", () => {
    const trigger = ofExtension("trigger", "t on e.x", { definition: "CREATE TRIGGER t …", enabled: "D" });
    expect(attach(trigger)).toBe("CREATE TRIGGER t …; alter table e.x disable trigger t");
    expect(attach({ ...trigger, facts: { ...trigger.facts, enabled: "O" } })).toBe("CREATE TRIGGER t …");
  });
});

describe("missing parts of an extension in a target", () => {
  const index = ofExtension("index", "e.i", { definition: "CREATE INDEX i ON e.t (a)" });
  const routine = ofExtension("routine", "e.f()", { grants: "" });
  const missingIn = (...found: AccessEntry[]): readonly string[] =>
    compareAccess([extension("1"), index, routine], found, context).platform;

  it("are reported if the extension has the same version", () => {
    expect(missingIn(extension("1"))).toEqual([
      "index e.i is missing: CREATE INDEX i ON e.t (a)",
      "routine e.f() is missing",
    ]);
  });

  it("are reported in another version only if a user added them", () => {
    expect(missingIn(extension("2"))).toEqual([
      'extension "uuid-ossp": version "1" in the backup, "2" here',
      "index e.i is missing: CREATE INDEX i ON e.t (a)",
    ]);
  });

  it("are not reported if the extension itself is missing and reported", () => {
    expect(missingIn()).toEqual([]);
  });

  it("are compared by definition, unless the backup program was too old to save it", () => {
    const body = (facts: Record<string, string>) => ofExtension("routine", "e.f()", facts);
    const differences = (before: AccessEntry) =>
      compareAccess([extension("1"), before], [extension("1"), body({ body: "other" })], context).platform;
    expect(differences(body({ body: "own" }))).toEqual([
      'routine e.f(): body "own" in the backup, "other" here',
    ]);
    expect(differences(body({}))).toEqual([]);
  });
});

describe("privileges on objects of PostgreSQL itself", () => {
  it("are reported with those of the target", () => {
    const grant = { kind: "system table", name: "pg_catalog.pg_authid", facts: { grants: "app: SELECT" } };
    expect(compareAccess([grant], [], context)).toEqual({
      application: [],
      platform: [
        'system table pg_catalog.pg_authid: grants "app: SELECT" in the backup, those of a new database here',
      ],
    });
    expect(compareAccess([grant], [grant], context).platform).toEqual([]);
  });
});
