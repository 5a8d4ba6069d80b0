import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readAuthors } from "../../../plugins/supabasex/provider/sqlBundle/history/ddlLog";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { attributions, changes } from "./authorCases";

let database: BundledDatabase;
beforeAll(async () => {
  database = await startBundledDatabase();
  await database.postgres.query("set application_name = 'psql'");
  await database.postgres.query(
    "create function public.g(a integer) returns integer language sql as 'select a'",
  );
  await database.postgres.query(`
    create role second_owner; create role third_owner;
    grant second_owner, third_owner to postgres;
    grant create on schema public to second_owner, third_owner;
    create view public.owned_by_one as select 1 as one;
    create policy for_third on shared.tenants for select to third_owner, anon using (false)`);
  await database.postgres.query('create table shared."Odd" (id int); create table shared."Odd(x)" (id int)');
});
afterAll(async () => await database.remove());

/** This stack's deployments, of which the last one ended before all changes here, and the bundle's tables. */
const subject = {
  tables: ["table private.ddl_log"],
  application: "supabasex thorbis prod",
  deployedAt: async () => "2026-01-01",
};

const author = /^by postgres via psql from 127\.0\.0\.1 at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

test.each(changes)("%s", async (statement, identity) => {
  await database.postgres.query(statement);

  expect((await readAuthors(database.postgres, [{ identity }], subject)).get(identity)).toMatch(author);
});

test.each(attributions)(
  "after `$before`, the author of `$change` is not confused with another",
  async (made) => {
    const { postgres } = database;
    const [identity, property] = made.of;
    try {
      await postgres.query("set application_name = 'first'");
      await postgres.query(made.before);
      await postgres.query("set application_name = 'second'");
      await postgres.query(made.change);
    } finally {
      await postgres.query("set application_name = 'psql'");
    }

    const authors = await readAuthors(postgres, [{ identity, property }], subject);

    expect(authors.get(`${identity}, ${property}`)).toMatch(made.named);
  },
);

test("the name of the deployments proves nothing: an entry with it is shown, and never taken for their work", async () => {
  const { postgres } = database;
  const identity = "view shared.deployed";
  const after = async (deployedAt: string | undefined) =>
    (await readAuthors(postgres, [{ identity }], { ...subject, deployedAt: async () => deployedAt })).get(
      identity,
    );
  await postgres.query("set application_name = 'supabasex thorbis prod 1a2b3c4d by ci'");
  await postgres.query("create view shared.deployed as select 1 as one");
  await postgres.query("set application_name = 'psql'");

  const entry = String.raw`by postgres via supabasex thorbis prod 1a2b3c4d by ci from \S+ at [\d :-]+ UTC`;
  const earlier = new RegExp(`^by unknown; last logged change ${entry}$`);
  expect(await after("infinity")).toMatch(earlier);
  expect(await after(undefined)).toMatch(earlier);
  expect(await after("2026-01-01")).toMatch(
    new RegExp(
      `^${entry}, after the last completed deployment: a run that stopped, or another program with its name$`,
    ),
  );
  // `grant` names no object in an event trigger if there are several.
  await postgres.query("grant select on shared.deployed, shared.tenants to anon");
  expect(await after("infinity")).toMatch(earlier);
  expect(
    (await readAuthors(postgres, [{ identity }], { ...subject, application: "supabasex thorbis pro" })).get(
      identity,
    ),
  ).toMatch(/^by postgres via supabasex/);
});

test("an earlier grant of ours that may be about another object does not hide who changed this one", async () => {
  const { postgres } = database;
  const authorOf = async (table: string, deployedAt: string) =>
    (
      await readAuthors(postgres, [{ identity: `table ${table}`, property: "grants" }], {
        ...subject,
        deployedAt: async () => deployedAt,
      })
    ).get(`table ${table}, grants`);
  const statements = [
    ["ours", "create table shared.alone (id int)"],
    ["ours", "create table shared.together (id int)"],
    ["first", "grant select on shared.alone to anon"],
    ["second", "grant select on shared.together, shared.tenants to anon"],
    ["ours", "grant select on shared.tenants, shared.users to service_role"],
  ] as const;
  try {
    for (const [who, statement] of statements) {
      const name = who === "ours" ? "supabasex thorbis prod 1a2b3c4d by ci" : who;
      await postgres.query(`set application_name = '${name}'`);
      await postgres.query(statement);
    }
  } finally {
    await postgres.query("set application_name = 'psql'");
  }

  expect(await authorOf("shared.together", "infinity")).toMatch(/^by postgres via second [^,]* UTC$/);
  // Statements about several objects by someone else may still be about it.
  expect(await authorOf("shared.alone", "infinity")).toMatch(
    /^by postgres via second [^,]* UTC, or by postgres via first [^,]* UTC$/,
  );
  // A run that stopped may have made the change.
  expect(await authorOf("shared.alone", "2026-01-01")).toMatch(
    /^by postgres via supabasex .*, after the last completed deployment/,
  );
});

test("a role whose name begins with unknown is a known author", async () => {
  const { postgres } = database;
  await postgres.query(`
    grant create on schema public to third_owner;
    create role unknown_colleague;
    grant second_owner, third_owner to unknown_colleague;
    create view public.of_a_colleague as select 1 as one;
    alter view public.of_a_colleague owner to second_owner`);
  const colleague = await database.cluster.client("supabase_admin");
  await colleague.query("set session authorization unknown_colleague");
  await colleague.query("alter view public.of_a_colleague owner to third_owner");
  const change = { identity: "view public.of_a_colleague", property: "owner" };

  const authors = await readAuthors(postgres, [change], subject);

  expect(authors.get("view public.of_a_colleague, owner")).toMatch(
    /^by unknown_colleague .* UTC, or by an unknown user with `reassign owned`, which is not logged$/,
  );
});

test("another table with the log's name says nothing", async () => {
  const { postgres } = database;
  await postgres.query(`create schema aaa; create table aaa.ddl_log (like private.ddl_log);
    insert into aaa.ddl_log (occurred_at, id, session_role, acting_role, application, object_identity)
    values (now(), gen_random_uuid(), 'mallory', 'mallory', 'x', 'shared.watched')`);
  await postgres.query("create view shared.watched as select 1 as one");

  const authors = await readAuthors(postgres, [{ identity: "view shared.watched" }], subject);
  const without = await readAuthors(postgres, [{ identity: "view shared.watched" }], {
    ...subject,
    tables: [],
  });

  expect(authors.get("view shared.watched")).toMatch(author);
  expect([...without]).toEqual([]);
});

test("a role that may not use the log's schema gets no authors, and no error", async () => {
  const { postgres } = database;
  const deployedAt = vi.fn(subject.deployedAt);
  await postgres.query("create role outsider; grant outsider to postgres; set role outsider");
  try {
    expect([
      ...(await readAuthors(postgres, [{ identity: "table shared.x" }], { ...subject, deployedAt })),
    ]).toEqual([]);
  } finally {
    await postgres.query("reset role; drop role outsider");
  }
  // The time of the last deployment is only needed to judge entries.
  expect(deployedAt).not.toHaveBeenCalled();
});

test("a change that fires no event trigger has no known author", async () => {
  await database.postgres.query("create role somebody; drop role somebody");

  const authors = await readAuthors(
    database.postgres,
    ["role somebody", "bucket x", "table shared.nothing"].map((identity) => ({ identity })),
    subject,
  );
  expect([...authors]).toEqual([
    ["role somebody", "by unknown"],
    ["bucket x", "by unknown"],
    ["table shared.nothing", "by unknown"],
  ]);
});
