import { describe, expect, it, test } from "vitest";
import { byGrantors, needsSearchPath, withoutOwner } from "../../../backup/restore/schemaWriter";

test("an access list is restored by its owner", () => {
  expect(byGrantors("GRANT SELECT ON TABLE shop.orders TO anon;", '"app owner"')).toBe(
    'SET ROLE "app owner";\nGRANT SELECT ON TABLE shop.orders TO anon;\nSET ROLE NONE;',
  );
});

test("a grant of another grantor is restored by that grantor, and the next one by the owner again", () => {
  const archive = `GRANT SELECT ON TABLE shop.orders TO service_role WITH GRANT OPTION;
SET SESSION AUTHORIZATION service_role;
GRANT SELECT ON TABLE shop.orders TO anon;
RESET SESSION AUTHORIZATION;
GRANT INSERT ON TABLE shop.orders TO anon;`;

  expect(byGrantors(archive, "app_owner")).toBe(`SET ROLE app_owner;
GRANT SELECT ON TABLE shop.orders TO service_role WITH GRANT OPTION;
SET ROLE service_role;
GRANT SELECT ON TABLE shop.orders TO anon;
SET ROLE app_owner;
GRANT INSERT ON TABLE shop.orders TO anon;
SET ROLE NONE;`);
});

describe("removing the statement that sets the owner", () => {
  it.each([
    [
      "CREATE FOREIGN DATA WRAPPER w OPTIONS (\n    a 'b'\n);\n\n\nALTER FOREIGN DATA WRAPPER w OWNER TO postgres;",
      "CREATE FOREIGN DATA WRAPPER w OPTIONS (\n    a 'b'\n);",
    ],
    ['CREATE TABLE "a b" ();\n\n\nALTER TABLE "a b" OWNER TO "odd "" role";', 'CREATE TABLE "a b" ();'],
    // The control: other last statements stay.
    [
      "CREATE TABLE a ();\nALTER TABLE a REPLICA IDENTITY FULL;",
      "CREATE TABLE a ();\nALTER TABLE a REPLICA IDENTITY FULL;",
    ],
  ])("%j", (sql, expected) => {
    expect(withoutOwner(sql)).toBe(expected);
  });
});

describe("a statement needs a search path", () => {
  it.each([
    "CREATE VIEW shop.v AS SELECT a.x FROM (shop.a JOIN shop.b USING (x));",
    "CREATE VIEW shop.v AS SELECT (a.x IS NOT DISTINCT FROM a.y) FROM shop.a;",
    "CREATE VIEW shop.v AS SELECT CASE a.x WHEN 'a' THEN 1 END, NULLIF(a.x, a.y) FROM shop.a;",
  ])("because it cannot qualify its operators: %s", (sql) => {
    expect(needsSearchPath(sql)).toBe(true);
  });

  it.each([
    "CREATE VIEW shop.v AS SELECT 'JOIN b USING (x)' AS \"CASE x IS DISTINCT FROM NULLIF (\" FROM shop.a;",
    "CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS $$select 1 from a join b using (x)$$;",
    "-- JOIN\nCREATE POLICY p ON shop.a USING ((x > 1));",
    "CREATE POLICY p ON shop.a USING ((x > ( SELECT 1 FROM (shop.a JOIN shop.b ON (true)))));",
  ])("not because of a string, a name, a body, a comment, or the clause before a join: %s", (sql) => {
    expect(needsSearchPath(sql)).toBe(false);
  });
});
