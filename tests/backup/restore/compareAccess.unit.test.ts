import { describe, expect, it } from "vitest";
import { corrections } from "../../../backup/restore/accessCorrections";
import { withoutNeedlessQuotes } from "../../../backup/restore/accessEntries";
import { compareAccess } from "../../../backup/restore/compareAccess";

const context = { sourceMajor: 15, targetMajor: 17, isIncomplete: false, isProject: true };
const type = (name: string, grants: string) => ({ kind: "type", name, facts: { owner: "app", grants } });

describe("names that one version quotes and another does not", () => {
  it.each([
    ['shared."json_array"', "shared.json_array"],
    ['"merge"."system_user"("absent", integer)', "merge.system_user(absent, integer)"],
    // The control: what needs its quotes keeps them.
    ['shared."Json"', 'shared."Json"'],
    ['shared."a""b"', 'shared."a""b"'],
    ['"odd schema".t', '"odd schema".t'],
  ])("%s is read as %s", (name, expected) => {
    expect(withoutNeedlessQuotes(name)).toBe(expected);
  });

  it("are compared as the same object", () => {
    const before = [type("shared.json_array", "app: USAGE")];
    expect(compareAccess(before, [type('shared."json_array"', "app: USAGE")], context).application).toEqual(
      [],
    );
    expect(compareAccess(before, [type('shared."json_array"', "anon: USAGE")], context).application).toEqual([
      'type shared.json_array: grants "app: USAGE" in the backup, "anon: USAGE" here',
    ]);
    expect(compareAccess(before, [], context).application).toEqual(["type shared.json_array is missing"]);
  });
});

describe("settings of a role or the database", () => {
  const entry = (kind: string, settings: string, custom: string) => ({
    ...{ kind, name: kind === "role" ? "app" : "" },
    facts: { settings, "custom settings": custom },
  });

  it.each(["role", "database"])(
    "of %s are equal if only one of the servers had loaded their module",
    (kind) => {
      const [loaded, unloaded] = [
        entry(kind, "pg_trgm.similarity_threshold=0.5\nwork_mem=1MB", "app.key"),
        entry(kind, "work_mem=1MB", "app.key\npg_trgm.similarity_threshold"),
      ];

      for (const [expected, found] of [
        [loaded, unloaded],
        [unloaded, loaded],
      ] as const) {
        expect(compareAccess([expected], [found], context).platform).toEqual([]);
        expect(corrections([expected], [found], { ...context, database: "app" })).toEqual([]);
      }
      // The control: another value, and settings that the backup lacks.
      const other = entry(kind, "pg_trgm.similarity_threshold=0.6\nwork_mem=1MB", "app.key\napp.other");
      expect(compareAccess([loaded], [other], context).platform).toHaveLength(2);
      expect(corrections([loaded], [other], { ...context, database: "app" })).toEqual([
        `alter ${kind} app reset "app"."other"`,
      ]);
    },
  );
});

describe("an event trigger that is missing in a project", () => {
  const trigger = (name: string) => ({
    kind: "event trigger",
    name,
    facts: { owner: "supabase_admin", enabled: "O" },
  });

  it.each(["pgrst_ddl_watch", "pgrst_drop_watch", "issue_pg_net_access"])(
    "is not reported if the platform creates it: %s",
    (name) => {
      expect(compareAccess([trigger(name)], [], context).platform).toEqual([]);
    },
  );

  it("is reported if a superuser created it", () => {
    expect(compareAccess([trigger("our_watch")], [], context).platform).toEqual([
      "event trigger our_watch is missing",
    ]);
  });
});

describe("the privilege MAINTAIN, which no owner needs before version 17", () => {
  const table = (grants: string) => ({ kind: "table", name: "shop.orders", facts: { owner: "app", grants } });
  const [before, after] = [
    table("anon: SELECT\napp: SELECT"),
    table("anon: MAINTAIN\nanon: SELECT\napp: MAINTAIN\napp: SELECT"),
  ];
  const given = { ...context, database: "app" };

  it("stays that of the owner, and of no other role, after a restore from an older version", () => {
    expect(corrections([before], [after], given)).toEqual([
      'revoke MAINTAIN on table shop.orders from "anon" cascade',
    ]);
    expect(corrections([before], [table("anon: SELECT\napp: SELECT")], given)).toEqual([
      'grant MAINTAIN on table shop.orders to "app"',
    ]);
  });

  it("is revoked from an owner that does not have it in a backup of the same version", () => {
    expect(corrections([before], [after], { ...given, sourceMajor: 17 })).toEqual([
      'revoke MAINTAIN on table shop.orders from "anon"',
      'revoke MAINTAIN on table shop.orders from "app"',
    ]);
  });

  it("is reported for another role, which could not be corrected, and not for the owner", () => {
    const reported = 'table shop.orders: grants "anon: SELECT, app: SELECT" in the backup, "anon: MAINTAIN';
    expect(compareAccess([before], [after], context).application).toEqual([
      expect.stringContaining(reported),
    ]);
    const owners = table("anon: SELECT\napp: MAINTAIN\napp: SELECT");
    expect(compareAccess([before], [owners], context).application).toEqual([]);
    expect(compareAccess([before], [owners], { ...context, sourceMajor: 17 }).application).toHaveLength(1);
    // The control: objects of the platform, and default privileges, which an archive grants as `all`.
    const others = (grants: string) => [
      { kind: "table", name: "auth.users", facts: { owner: "supabase_auth_admin", grants } },
      { kind: "default privileges", name: "of app on tables", facts: { grants } },
    ];
    expect(compareAccess(others("anon: SELECT"), others("anon: MAINTAIN\nanon: SELECT"), context)).toEqual({
      application: [],
      platform: [],
    });
  });
});
