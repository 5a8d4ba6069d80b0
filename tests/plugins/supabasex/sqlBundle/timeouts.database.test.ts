import { afterAll, beforeAll, expect, test } from "vitest";
import { takeLock } from "../../../../plugins/supabasex/provider/sqlBundle/session/lock";
import { Databases, failureOf } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = {
  "migrations/20260101000000_s.sql":
    "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
};
const next = "migrations/20260102000000_x.sql";
const after = "migrations/20260103000000_y.sql";

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

test("a file's own time limit is not reported as that of the dry run", async () => {
  const bundle = await databases.bundle(
    { ...schema, [next]: "set statement_timeout = '5ms';\nselect pg_sleep(2);\n" },
    { dryRun: "live" },
  );

  const preview = await failureOf(bundle.preview());

  expect(preview).toMatch(
    /_x\.sql:2:1: canceling statement due to statement timeout \(57014\)\n.*\n.*\n {2}hint: The file sets statement_timeout itself: set a longer one, or leave it out\.$/,
  );
  expect(await failureOf(bundle.up())).toBe(preview);
});

test("a time limit that a file sets after the statement, or has reset, is not its own", async () => {
  const bundle = await databases.bundle(
    {
      ...schema,
      [next]:
        "set statement_timeout = '5s';\nreset statement_timeout;\nset statement_timeout = default;\nselect 1;\n",
      [after]: "select pg_sleep(1.5);\nset local statement_timeout = '5s';\nselect 1;\n",
    },
    { dryRun: "live", limits: { dryRunStatementTimeoutSeconds: 1 } },
  );

  expect(await failureOf(bundle.preview())).toBe("it succeeded");

  expect(bundle.logs.join("\n")).toMatch(/_y\.sql +new: not in the dry run, because one of its statements/);
});
