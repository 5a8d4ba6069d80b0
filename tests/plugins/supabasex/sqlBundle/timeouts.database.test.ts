import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

test("the role's default time limits do not cancel a deployment, not even transaction_timeout", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_slow.sql": "create schema $s;\nselect pg_sleep(1.5);\n",
  });
  const { rows } = await bundle.sql(
    "select name from pg_settings where name in ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')",
  );
  for (const { name } of rows) await bundle.sql(`alter role postgres set ${name} = '1s'`);

  const up = await failureOf(bundle.up());

  for (const { name } of rows) await bundle.sql(`alter role postgres reset ${name}`);
  expect(up).toBe("it succeeded");
});
