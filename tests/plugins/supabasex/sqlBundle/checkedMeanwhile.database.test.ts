import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import * as inspect from "../../../../plugins/supabasex/provider/sqlBundle/source/inspect";
import { Databases, failureOf } from "./support";

/** What the end of the check waits for. The check itself is the real one. */
let beforeEnd = (): Promise<void> => Promise.resolve();
beforeAll(() => {
  const { inspectFiles } = inspect;
  vi.spyOn(inspect, "inspectFiles").mockImplementation((...given) =>
    inspectFiles(...given).finally(() => beforeEnd()),
  );
});
afterEach(() => {
  beforeEnd = () => Promise.resolve();
});
afterAll(() => vi.restoreAllMocks());

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

/** Shows that it has run even if it is rolled back, and then keeps the transaction busy. */
const first = (sequence: string) => `create schema $s;
select nextval('public.${sequence}');
select pg_sleep(3600);
`;
/** Makes the check of the files long. */
const long = Object.fromEntries(
  Array.from({ length: 400 }, (_, at) => [
    `migrations/20260201000${String(at).padStart(3, "0")}_long.sql`,
    "insert into $s.t values (1, 'one', now());\n".repeat(150),
  ]),
);
const invalid = {
  "migrations/20260301000000_invalid.sql": "create table $s.t ();\ncommit;\n",
  "repeatable/invalid.sql": "selec 1;\n",
};

async function hasRun(sequence: string): Promise<boolean> {
  const client = await databases.cluster.client();
  const { rows } = await client.query(`select is_called from public.${sequence}`);
  return rows[0]?.is_called as boolean;
}

async function schemas(): Promise<string[]> {
  const client = await databases.cluster.client();
  const { rows } = await client.query(
    "select nspname from pg_namespace where nspname ~ '^(s[0-9]+|supabase_migrations)$' order by 1",
  );
  return rows.map(({ nspname }) => String(nspname));
}

describe("files are checked while the deployment starts", () => {
  test("on an empty database, an error cancels the running migration, all errors are listed, and nothing is changed", async () => {
    const bundle = await databases.bundle({
      "migrations/20260101000000_first.sql": first("early"),
      ...invalid,
    });
    await bundle.sql("create sequence public.early");
    beforeEnd = async () => {
      await vi.waitUntil(() => hasRun("early"), { timeout: 60_000 });
    };

    const failure = await failureOf(bundle.up());

    expect(failure.split("\n").filter((line) => !line.startsWith("  "))).toEqual([
      "The files have 2 errors; nothing was changed.",
      expect.stringMatching(/invalid\.sql:2:1: a file must not control its transaction$/),
      expect.stringMatching(/invalid\.sql:1:1: syntax error at or near "selec" \(42601\)$/),
    ]);
    expect(await hasRun("early")).toBe(true);
    expect(await schemas()).toEqual([]);
  });

  test("an error in a file is reported before a server error in an earlier file", async () => {
    const bundle = await databases.bundle({
      "migrations/20260101000000_first.sql": "alter table nothing.here add column a int;\n",
      ...long,
      "repeatable/invalid.sql": "selec 1;\n",
    });

    expect(await failureOf(bundle.up())).toMatch(/invalid\.sql:1:1: syntax error at or near "selec"/);
    expect(await schemas()).toEqual([]);
  });

  test("on an existing deployment, nothing runs before all files are checked", async () => {
    const bundle = await databases.bundle({ "migrations/20250101000000_a.sql": "create schema $s;\n" });
    await bundle.up();
    await bundle.sql("create sequence public.late");
    bundle.write({
      "migrations/20260101000000_first.sql": first("late").replace("create schema $s;", ""),
      ...long,
      ...invalid,
    });

    expect(await failureOf(bundle.up())).toContain("The files have 2 errors");
    expect(await hasRun("late")).toBe(false);
    expect(await bundle.history()).toEqual(["migrations/20250101000000_a.sql"]);
  });
});
