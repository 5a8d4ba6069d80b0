import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, expectDeployed, failureOf } from "../support";
import { after, next, schema } from "./files";
import { agreeing, failing } from "./newSessionCases";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("a file starts as in a new session and transaction, so preview, up and a later deployment agree", () => {
  test.each(agreeing)("%s", async (_, one, other) => {
    const bundle = await databases.bundle(
      { ...schema, [next]: `${one}\n`, [after]: `${other}\n` },
      { dryRun: "live" },
    );

    await expectDeployed(databases, bundle);
  });

  test.each(failing)("negative control: %s is not left to the next file", async (_, one, other, message) => {
    const bundle = await databases.bundle(
      { ...schema, [next]: `${one}\n`, [after]: `${other}\n` },
      { dryRun: "live" },
    );

    const preview = await failureOf(bundle.preview());

    expect(preview).toMatch(message);
    expect(await failureOf(bundle.up())).toBe(preview);
  });

  test("a repeatable that waits for another one prepares its statement again", async () => {
    const bundle = await databases.bundle({
      ...schema,
      "repeatable/a.sql": "prepare q as select 1;\ncreate view $s.a as select * from $s.b;\n",
      "repeatable/b.sql": "create view $s.b as select 1 as id;\n",
    });

    await bundle.up();

    expect(await bundle.refresh()).toEqual([]);
  });
});
