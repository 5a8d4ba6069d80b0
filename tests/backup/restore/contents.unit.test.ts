import { describe, expect, it } from "vitest";
import { type Entry, isAboutSchema, parseContents, selectEntries } from "../../../backup/restore/contents";

const names = {
  schemas: ["public", "shop", "shop two", "auth", "storage", "extensions", "cron", "Odd one"],
  roles: [
    "postgres",
    "app_owner",
    "supabase_admin",
    "supabase_auth_admin",
    "supabase_storage_admin",
    "odd role",
  ],
};

const list = `;
; Archive created at 2026-11-22 13:14:35 UTC
;     Format: CUSTOM
;
3; 2615 1 SCHEMA - shop app_owner
4; 2615 2 SCHEMA - auth supabase_admin
5; 2615 3 SCHEMA - public postgres
6; 0 0 ACL - SCHEMA shop app_owner
7; 0 0 ACL - SCHEMA public postgres
8; 0 0 ACL - SCHEMA auth supabase_admin
9; 3079 4 EXTENSION - pg_trgm 
10; 0 0 COMMENT - EXTENSION pg_trgm 
11; 1259 5 TABLE shop customers app_owner
12; 1259 6 TABLE auth users supabase_auth_admin
13; 1259 7 MATERIALIZED VIEW shop two a view odd role
14; 826 8 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES postgres
15; 826 9 DEFAULT ACL auth DEFAULT PRIVILEGES FOR TABLES supabase_auth_admin
16; 3256 10 POLICY storage objects own files supabase_storage_admin
17; 3256 11 POLICY storage objects platform supabase_storage_admin
18; 2620 12 TRIGGER auth users on_new_user supabase_auth_admin
19; 6104 13 PUBLICATION - supabase_realtime postgres
20; 6106 14 PUBLICATION TABLE shop supabase_realtime customers postgres
21; 3466 15 EVENT TRIGGER - pgrst_ddl_watch supabase_admin
22; 3466 16 EVENT TRIGGER - own_watch postgres
23; 0 0 ROW SECURITY shop customers app_owner
24; 0 0 ACL extensions FUNCTION digest(text, text) supabase_admin
25; 0 0 ACL - SCHEMA cron supabase_admin
26; 3466 17 EVENT TRIGGER - of_a_superuser supabase_admin
27; 0 0 COMMENT - EVENT TRIGGER of_a_superuser supabase_admin
28; 0 0 COMMENT - EVENT TRIGGER pgrst_ddl_watch supabase_admin
29; 2615 18 SCHEMA - Odd one app_owner
30; 0 0 COMMENT - SCHEMA "Odd one" app_owner
31; 2620 19 TRIGGER shop orders_1 RI_ConstraintTrigger_c_17349 app_owner
`;

/** Returns the entries of a list, each with its SQL if `sql` has it, otherwise with none. */
const withSql = (
  contents: string,
  known: typeof names,
  sql: Readonly<Record<number, string>> = {},
): (Entry & { readonly sql: string })[] =>
  parseContents(contents, known).map((entry) => ({ ...entry, sql: sql[entry.id] ?? "" }));

const entries = withSql(list, names);
const idsOf = (selected: readonly { id: number }[]): number[] => selected.map(({ id }) => id);

describe("a table of contents", () => {
  it.each([
    [11, { kind: "TABLE", schema: "shop", tag: "customers", owner: "app_owner" }],
    [13, { kind: "MATERIALIZED VIEW", schema: "shop two", tag: "a view", owner: "odd role" }],
    [9, { kind: "EXTENSION", schema: undefined, tag: "pg_trgm", owner: "" }],
    [16, { kind: "POLICY", schema: "storage", tag: "objects own files", owner: "supabase_storage_admin" }],
    [
      20,
      { kind: "PUBLICATION TABLE", schema: "shop", tag: "supabase_realtime customers", owner: "postgres" },
    ],
  ])("is read entry by entry (%i)", (id, expected) => {
    expect(entries.find((entry) => entry.id === id)).toMatchObject(expected);
  });
});

describe("the restored objects", () => {
  it("in a project are those that the application added, also on the platform's tables", () => {
    const selected = selectEntries(entries, {
      isProject: true,
      onPlatformTables: new Set(["storage.objects platform"]),
      schemas: new Set(["public", "auth"]),
      publications: new Map([["supabase_realtime", false]]),
    });
    expect(idsOf(selected)).toEqual([3, 5, 6, 7, 9, 11, 13, 14, 16, 18, 20, 22, 23, 29, 30]);
    expect(idsOf(selected.filter(isAboutSchema))).toEqual([3, 5, 6, 7, 29]);
  });

  it("in a project include an application's schema with a platform's name", () => {
    const own = withSql(
      "1; 2615 1 SCHEMA - etl postgres\n2; 1259 2 TABLE etl rows postgres\n3; 1259 3 TABLE etl platform supabase_etl_admin",
      { schemas: ["etl"], roles: ["postgres", "supabase_etl_admin"] },
    );
    const shape = { isProject: true, onPlatformTables: new Set<string>(), publications: new Map() };
    expect(idsOf(selectEntries(own, { ...shape, schemas: new Set() }))).toEqual([1, 2]);
    // The control: a project that has the schema keeps its own.
    expect(idsOf(selectEntries(own, { ...shape, schemas: new Set(["etl"]) }))).toEqual([2]);
  });

  it("in a project do not include what only another version of the platform has", () => {
    const platform = withSql(
      `1; 2615 1 SCHEMA - cron supabase_admin
2; 2620 2 TRIGGER storage objects prefixes supabase_storage_admin
3; 2620 3 TRIGGER storage objects hook supabase_storage_admin
4; 2620 4 TRIGGER storage objects own supabase_storage_admin
5; 1255 5 FUNCTION storage prefix() supabase_storage_admin
6; 1255 6 FUNCTION storage own() postgres`,
      names,
      {
        2: "CREATE TRIGGER prefixes BEFORE INSERT ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.prefix();",
        3: "CREATE TRIGGER hook AFTER INSERT ON storage.objects FOR EACH ROW EXECUTE FUNCTION supabase_functions.http_request('x');",
        4: "CREATE TRIGGER own AFTER INSERT ON storage.objects FOR EACH ROW EXECUTE FUNCTION storage.own();",
      },
    );
    const shape = {
      isProject: true,
      onPlatformTables: new Set<string>(),
      schemas: new Set(["storage"]),
      publications: new Map(),
    };
    expect(idsOf(selectEntries(platform, shape))).toEqual([3, 4, 6]);
  });

  it.each([
    ["FOR ALL TABLES ", [["supabase_realtime", false]], [1]],
    ["FOR ALL TABLES ", [["supabase_realtime", true]], []],
    ["", [["supabase_realtime", true]], [1]],
    ["", [["supabase_realtime", false]], []],
    ["", [], [1]],
  ] as const)(
    "in a project include Realtime's publication (%s) if the project's is different or missing: %j",
    (tables, publications, expected) => {
      const sql = `CREATE PUBLICATION supabase_realtime ${tables}WITH (publish = 'insert');`;
      const publication = withSql("1; 6104 13 PUBLICATION - supabase_realtime postgres", names, { 1: sql });
      const shape = { isProject: true, onPlatformTables: new Set<string>(), schemas: new Set<string>() };
      expect(idsOf(selectEntries(publication, { ...shape, publications: new Map(publications) }))).toEqual(
        expected,
      );
    },
  );

  it("in a plain database are all except those in the schemas of the platform's extensions", () => {
    const selected = selectEntries(entries, {
      isProject: false,
      onPlatformTables: new Set(),
      schemas: new Set(["public"]),
      publications: new Map(),
    });
    expect(idsOf(selected)).toEqual([
      3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20, 22, 23, 26, 27, 29, 30,
    ]);
  });
});
