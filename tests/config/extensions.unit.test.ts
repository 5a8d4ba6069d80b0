import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { extensionNames } from "../../config/areas/database";
import { checkoutRoot } from "../../foundation/checkout";

test("the configuration accepts exactly the extensions that postgres may create on the local server, on any version", () => {
  const source = path.join(checkoutRoot(), "emulators", "postgres", "hosted_rights", "lists.c");
  const [, list = ""] =
    /privileged_extensions\[\] = \{\n(.*?)\n\};/s.exec(readFileSync(source, "utf8")) ?? [];
  const names = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);

  expect([...names].sort()).toEqual([...extensionNames].sort());
  expect(names).toEqual(expect.arrayContaining(["pgmq", "pg_partman"]));
  // Only servers before 17 have these.
  const [, old = ""] = /#if PG_VERSION_NUM < 170000\n(.*?)#endif/s.exec(list) ?? [];
  expect([...old.matchAll(/"([^"]+)"/g)].map(([, name]) => name)).toEqual(["pgjwt", "plv8", "timescaledb"]);
});
