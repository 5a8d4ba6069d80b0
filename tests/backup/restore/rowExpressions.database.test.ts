import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prepareRowExpressions } from "../../../backup/restore/rowExpressions";
import { RowsFailure } from "../../../backup/restore/rowsFailure";
import { prepareSession, SchemaWriter } from "../../../backup/restore/schemaWriter";
import { startTestCluster, type TestCluster } from "../../support/cluster";

let cluster: TestCluster;
let client: pg.Client;

beforeAll(async () => {
  cluster = await startTestCluster();
  client = await cluster.client("supabase_admin");
  await prepareSession(client);
});

afterAll(async () => {
  await cluster?.remove();
});

beforeEach(async () => {
  await client.query(`
    drop schema if exists a cascade; drop schema if exists b cascade;
    create schema a; create schema b;
    create table a.t (at timestamptz constraint c check (at > now()));
    create table b.t (at timestamptz constraint c check (at > now()));
    create table b.u (n int constraint positive check (n > 0), at timestamptz constraint ahead check (at > now()), who text constraint own check (who = current_user));
    create domain b.inner_one as timestamptz constraint later check (value > now());
    create domain b.outer_one as b.inner_one;
    create domain b.number as int constraint above check (value > 0);
    create domain b.nested as timestamptz constraint nested check (value > now());
    create type b.pair as (at b.nested);
    create table b.pairs (p b.pair)`);
});

/** Returns the failure of loading rows that a constraint refused. */
function refusal(
  fields: Pick<pg.DatabaseError, "schema" | "table" | "dataType" | "constraint">,
): RowsFailure {
  const cause = Object.assign(new pg.DatabaseError("refused", 0, "error"), { ...fields, code: "23514" });
  return new RowsFailure({ schema: "b", table: "pairs" }, cause);
}

const inTable = (schema: string, table: string, constraint: string): RowsFailure =>
  refusal({ schema, table, dataType: undefined, constraint });

async function checks(): Promise<string[]> {
  const { rows } = await client.query(
    "select format('%s.%s', connamespace::regnamespace, conname) as name from pg_constraint where connamespace in ('a'::regnamespace, 'b'::regnamespace) and contype = 'c' order by 1",
  );
  return rows.map(({ name }) => name);
}

const prepare = async () => await prepareRowExpressions(client, new SchemaWriter(client, []));

describe("a constraint that refused rows", () => {
  it("is removed; one with the same name on another table is kept, and does not cause another load", async () => {
    const expressions = await prepare();

    // The same constraint refused the rows of two objects at once.
    expect(await expressions.release([inTable("a", "t", "c"), inTable("a", "t", "c")], [])).toBe(true);
    expect(await checks()).toEqual(["b.above", "b.ahead", "b.c", "b.nested", "b.own", "b.positive"]);
    expect(await expressions.release([inTable("b", "missing", "c")], [])).toBe(false);
  });

  it("is removed together with constraints of later tables and of domains that may refuse a row", async () => {
    const expressions = await prepare();

    const tables = [{ schema: "b", table: "u" }];
    expect(await expressions.release([inTable("a", "t", "c")], tables)).toBe(true);

    // The control: constraints that depend on the row or the value alone stay, and one of a domain that could not be validated again.
    expect(await checks()).toEqual(["b.above", "b.c", "b.nested", "b.positive"]);
    await expressions.restore();
    expect(await checks()).toEqual([
      ...["a.c", "b.above", "b.ahead", "b.c", "b.later", "b.nested", "b.own", "b.positive"],
    ]);
  });

  it("is removed from the domain on which the refused one is based", async () => {
    const expressions = await prepare();

    const ofDomain = refusal({ schema: "b", table: undefined, dataType: "outer_one", constraint: "later" });
    expect(await expressions.release([ofDomain], [])).toBe(true);

    expect(await checks()).not.toContain("b.later");
  });
});

describe("a refusal without a constraint", () => {
  it("removes the constraints of its table that may have failed themselves", async () => {
    const ofFunction = new RowsFailure(
      { schema: "b", table: "u" },
      Object.assign(new pg.DatabaseError("unrecognized parameter", 0, "error"), { code: "42704" }),
    );
    const expressions = await prepare();

    expect(await expressions.release([ofFunction, ofFunction], [{ schema: "b", table: "u" }])).toBe(true);

    expect(await checks()).not.toContain("b.own");
    // The control: if no constraint is left, another attempt would fail again.
    expect(await expressions.release([ofFunction], [{ schema: "b", table: "u" }])).toBe(false);
  });

  it("is one of a row only if a check or a function can raise it", () => {
    const failure = (code: string, where = "COPY t, line 1"): RowsFailure =>
      new RowsFailure(
        { schema: "a", table: "t" },
        Object.assign(new pg.DatabaseError("x", 0, "error"), { code, where }),
      );
    const ofRows = ["P0001", "P0002", "22012", "42704", "23502", "23514"];
    expect(ofRows.filter((code) => !failure(code).isRefusal)).toEqual([]);
    const others = ["42501", "23505", "22P04", "42703", "53100", "57014", "08006"];
    expect(others.filter((code) => failure(code).isRefusal)).toEqual([]);
    // A function can raise any code, such as that of a foreign key.
    const where = "PL/pgSQL function public.f(text) line 1 at RAISE\nCOPY t, line 1";
    expect(["23503", "42703"].map((code) => failure(code, where).isRefusal)).toEqual([true, true]);
    expect(failure("57014", where).isRefusal).toBe(false);
    expect(new RowsFailure({ schema: "a", table: "t" }, new Error("lost")).isRefusal).toBe(false);
  });
});
