import { expect, test } from "vitest";
import { sessionPooler } from "../../foundation/sessionPooler";

const shared =
  "postgresql://postgres.abcdefghijklmnopqrst:[YOUR-PASSWORD]@aws-1-eu-central-1.pooler.supabase.com";

test.each([
  [
    "the row of transaction mode of a hosted project, whose host accepts sessions too",
    { transaction: `${shared}:6543/postgres` },
    5432,
  ],
  [
    "a session row as it is",
    { transaction: `${shared}:6543/postgres`, session: `${shared}:5433/postgres` },
    5433,
  ],
  ["a row without a port", { transaction: `${shared}/postgres` }, 5432],
])("takes %s", (_, url, port) => {
  expect(sessionPooler(url)).toEqual({
    host: "aws-1-eu-central-1.pooler.supabase.com",
    port,
    user: "postgres.abcdefghijklmnopqrst",
    database: "postgres",
  });
});

test("takes the local emulator's row, which points to the cluster itself", () => {
  expect(
    sessionPooler({ transaction: "postgresql://postgres:[YOUR-PASSWORD]@127.0.0.1:54321/postgres" }),
  ).toEqual({
    host: "127.0.0.1",
    port: 54_321,
    user: "postgres",
    database: "postgres",
  });
});

test("an empty list is an error", () => {
  expect(() => sessionPooler({})).toThrow("no connection string");
});
