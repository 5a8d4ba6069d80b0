import { describe, expect, it } from "vitest";
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
