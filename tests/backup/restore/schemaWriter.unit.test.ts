import { expect, test } from "vitest";
import { byGrantors } from "../../../backup/restore/schemaWriter";

test("an access list is restored by its owner", () => {
  expect(byGrantors("GRANT SELECT ON TABLE shop.orders TO anon;", '"app owner"')).toBe(
    'SET ROLE "app owner";\nGRANT SELECT ON TABLE shop.orders TO anon;\nRESET ROLE;',
  );
});

test("a grant of another grantor is restored by that one, and the next by the owner again", () => {
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
RESET ROLE;`);
});
