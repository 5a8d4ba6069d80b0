import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Databases, expectDeployed, failureOf, firstFile, nextFile } from "./support";

// No preview builds an index outside of a transaction. It reads whether rows prevent a unique one.
const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const schema = `create schema $s;
create table $s.users (id integer primary key, email text, tenant integer);
insert into $s.users values (1, 'a', 1), (2, 'A', 1), (3, 'b', null), (4, 'b', null);
`;
const thirdFile = "migrations/20260103000000_third.sql";
const unique = (columns: string) =>
  `-- no transaction\ncreate unique index concurrently users_key on $s.users ${columns};`;

describe("a unique index that rows prevent is refused, in preview and up", () => {
  test.each([
    { name: "a column", columns: "(email)" },
    { name: "an expression", columns: "(lower(email)) where tenant is not null" },
    { name: "missing values that are not distinct", columns: "(email, tenant) nulls not distinct" },
  ])("$name", async ({ columns }) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [nextFile]: unique(columns) });
    const message = /next\.sql:2:1: could not create unique index "users_key" \(23505\)/;

    expect(await failureOf(bundle.preview())).toMatch(message);
    expect(await failureOf(bundle.up())).toMatch(message);
    expect(await bundle.history()).toEqual([firstFile]);
  });

  test("by a row that an earlier file of the same deployment adds", async () => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [nextFile]: "insert into $s.users values (5, 'c', 1), (6, 'c', 1);",
      [thirdFile]: unique("(email) where tenant = 1"),
    });

    expect(await failureOf(bundle.preview())).toMatch(
      /third\.sql:2:1: could not create unique index "users_key"/,
    );
    expect(await failureOf(bundle.up())).toMatch(/third\.sql:2:1: could not create unique index "users_key"/);
  });
});

test("a table without a schema is read only if it is small enough", async () => {
  const bundle = await databases.bundle(
    {
      [firstFile]: `${schema}create table public."keys $s" (id integer);\ninsert into public."keys $s" values (1), (1);`,
    },
    { dryRun: "live" },
  );
  await bundle.up();
  bundle.write({
    [nextFile]: '-- no transaction\ncreate unique index concurrently on_keys on "keys $s" (id);',
  });
  expect(await failureOf(bundle.preview())).toMatch(/could not create unique index "on_keys"/);

  bundle.inputs = { ...bundle.inputs, limits: { dryRunMaxTableMegabytes: 0 } };

  expect(await failureOf(bundle.preview())).toBe("it succeeded");
});

describe("negative control: an index that no row prevents is built", () => {
  test("equal values in a child table", async () => {
    const child =
      "create table $s.guests () inherits ($s.users);\ninsert into $s.guests values (5, 'A', 1), (6, 'x', 1), (7, 'x', 1);\n";
    const bundle = await databases.bundle({ [firstFile]: `${schema}${child}` }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [nextFile]: unique("(email) where tenant = 1") });

    await expectDeployed(databases, bundle);
  });

  test("values that are only equal with the collation of their column", async () => {
    const collated = `create collation $s.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table $s.names (name text collate $s.loose);
insert into $s.names values ('a'), ('A');
`;
    const bundle = await databases.bundle({ [firstFile]: `${schema}${collated}` }, { dryRun: "live" });
    await bundle.up();
    bundle.write({
      [nextFile]:
        '-- no transaction\ncreate unique index concurrently names_key on $s.names (name collate "C");',
    });

    await expectDeployed(databases, bundle);
  });

  test.each([
    { name: "equal values in rows that it does not cover", columns: "(email) where id < 4" },
    { name: "missing values", columns: "(email, tenant)" },
  ])("$name", async ({ columns }) => {
    const bundle = await databases.bundle({ [firstFile]: schema }, { dryRun: "live" });
    await bundle.up();
    bundle.write({ [nextFile]: unique(columns) });

    await expectDeployed(databases, bundle);
  });
});
