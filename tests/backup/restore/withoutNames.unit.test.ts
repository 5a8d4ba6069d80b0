import { describe, expect, it } from "vitest";
import { withoutNames } from "../../../backup/restore/withoutNames";

const table = (kind: string, sql: string) => ({
  id: 1,
  kind,
  schema: "public",
  tag: "t",
  owner: "",
  needs: [],
  sql,
});

describe("a table that cannot be created with the objects that it names", () => {
  it("is created without these defaults and checks, which are added later", () => {
    const sql = `CREATE TABLE public."t (" (
    a regproc DEFAULT 'public.f'::regproc NOT NULL,
    b text DEFAULT 'x'::text,
    c integer DEFAULT nextval('public.s'::regclass),
    CONSTRAINT "one, two" CHECK ((a <> ALL (ARRAY['public.f'::regproc, 'g'::regproc]))),
    CONSTRAINT other CHECK ((b <> '''x''::regproc'::text))
)
WITH (fillfactor='70');


ALTER TABLE public."t (" OWNER TO app;`;

    expect(withoutNames(table("TABLE", sql))).toEqual({
      sql: `CREATE TABLE public."t (" (
    a regproc NOT NULL,
    b text DEFAULT 'x'::text,
    c integer,
    CONSTRAINT other CHECK ((b <> '''x''::regproc'::text))
)
WITH (fillfactor='70');

ALTER TABLE public."t (" OWNER TO app;`,
      parts: [
        {
          what: 'DEFAULT public."t (" a',
          sql: `ALTER TABLE ONLY public."t (" ALTER COLUMN a SET DEFAULT 'public.f'::regproc;`,
        },
        {
          what: 'DEFAULT public."t (" c',
          sql: `ALTER TABLE ONLY public."t (" ALTER COLUMN c SET DEFAULT nextval('public.s'::regclass);`,
        },
        {
          what: 'CHECK CONSTRAINT public."t (" "one, two"',
          sql: `ALTER TABLE public."t (" ADD CONSTRAINT "one, two" CHECK ((a <> ALL (ARRAY['public.f'::regproc, 'g'::regproc])));`,
        },
      ],
    });
  });

  it.each([
    table("TABLE", "CREATE TABLE public.t (\n    a text DEFAULT '''x''::regproc'::text\n);"),
    table("VIEW", "CREATE VIEW public.t AS SELECT 'f'::regproc;"),
  ])("stays as it is without such parts: $sql", (entry) => {
    expect(withoutNames(entry)).toBeUndefined();
  });
});
