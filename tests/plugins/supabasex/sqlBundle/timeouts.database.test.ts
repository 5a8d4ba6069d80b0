import { afterAll, beforeAll, expect, test } from "vitest";
import { takeLock } from "../../../../plugins/supabasex/provider/sqlBundle/session/lock";
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

test("the role's limit on idle sessions does not cancel a deployment that waits for another one", async () => {
  const bundle = await databases.bundle({ "migrations/20260101000000_s.sql": "create schema $s;\n" });
  const other = await databases.cluster.client();
  await takeLock(other, bundle.schema, { waitSeconds: 1, signal: new AbortController().signal });
  // The waits double from 25 ms: the one that begins before this lock is released takes 800 ms.
  await bundle.sql("alter role postgres set idle_session_timeout = '500ms'");

  const up = failureOf(bundle.up());
  await other.query("select pg_sleep(1.2)");
  await other.end();

  const ended = await up;
  await bundle.sql("alter role postgres reset idle_session_timeout");
  expect(ended).toBe("it succeeded");
});
