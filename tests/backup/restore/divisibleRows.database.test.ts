import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DivisibleRows } from "../../../backup/restore/divisibleRows";
import type { RefusedRows } from "../../../backup/restore/refusedRows";
import { PlainServer } from "../support/plainServer";

let server: PlainServer;

beforeAll(async () => {
  server = await PlainServer.start();
  await server.admin.query("create database divided");
});

afterAll(() => server?.remove());

interface Given {
  readonly sql: string;
  readonly copy: string;
  readonly rows: readonly string[];
  readonly chunkBytes?: number;
}

/** Loads rows, and returns what was refused, the loaded rows as text and the number of COPY statements. */
async function load({ sql, copy, rows, chunkBytes = 65_536 }: Given): Promise<{
  refused: RefusedRows[];
  loaded: string[];
  copies: number;
}> {
  return await server.withClient("divided", async (client) => {
    await client.query(`begin; create schema s; ${sql}`);
    const query = client.query.bind(client);
    let copies = 0;
    client.query = ((...given: Parameters<typeof query>) => {
      copies += 1;
      return query(...given);
    }) as typeof client.query;
    const table = { schema: "s", table: "t" };
    const sink = new DivisibleRows(client, { copy, table, isLoadable: () => false });
    const data = Buffer.from(rows.map((row) => `${row}\n`).join(""));
    for (let start = 0; start < data.length; start += chunkBytes)
      await sink.write(data.subarray(start, start + chunkBytes));
    await sink.end();
    const { rows: found } = await query<{ row: string }>("select t::text as row from s.t order by n");
    await query("rollback");
    expect(sink.loaded).toBe(found.length);
    return { refused: sink.refused, loaded: found.map(({ row }) => row), copies };
  });
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const copy = "copy s.t (n, r, note) from stdin";
const sql = "create table s.t (n int, r regrole, note text)";

describe("rows of a table", () => {
  it("with values that were refused before are left out without sending them", async () => {
    const rows = numbers(4000).map((n) => `${n}\t${["gone", "pg_monitor", "\\N", "away"][n % 4]}\ta\\tb`);

    const { refused, loaded, copies } = await load({ sql, copy, rows, chunkBytes: 1000 });

    expect(refused).toEqual([
      { reason: 'column r: role "gone" does not exist', rows: 1000 },
      { reason: 'column r: role "away" does not exist', rows: 1000 },
    ]);
    expect(loaded).toHaveLength(2000);
    expect(copies).toBeLessThan(10);
  });

  it("of which half or all have different refused values are loaded and counted exactly", async () => {
    for (const density of [1, 2, 3, 50]) {
      const rows = numbers(1000).map((n) => `${n}\t${n % density === 0 ? `gone${n}` : "pg_monitor"}\t${n}`);

      const { refused, loaded } = await load({ sql, copy, rows });

      const expected = numbers(1000).filter((n) => n % density !== 0);
      expect(loaded).toEqual(expected.map((n) => `(${n},pg_monitor,${n})`));
      expect(refused.reduce((sum, one) => sum + one.rows, 0)).toBe(1000 - expected.length);
      expect(refused.length).toBeLessThanOrEqual(21);
    }
  });

  it("that a function refuses are left out alone, although later rows have the same value", async () => {
    const { refused, loaded } = await load({
      sql: `create function s.f(n int) returns int language plpgsql as 'begin if n % 7 = 0 then raise ''is % of COPY t, line 1: '', n; end if; return n; end';
create table s.t (n int, o int generated always as (n + 1) stored, check (s.f(n) >= 0))`,
      copy: "copy s.t (n) from stdin",
      rows: numbers(100).map(String),
    });

    expect(loaded).toEqual(
      numbers(100)
        .filter((n) => n % 7 !== 0)
        .map((n) => `(${n},${n + 1})`),
    );
    expect(refused.map(({ rows }) => rows)).toEqual(Array(15).fill(1));
  });

  it("are found without their line, if the context does not name it", async () => {
    const { refused, loaded } = await load({
      sql: `create function s.f(n int) returns int language plpgsql as 'begin if n % 7 = 0 then execute ''select 1 / 0 --
COPY t, line 1: ''; end if; return n; end';
create table s.t (n int, check (s.f(n) >= 0))`,
      copy: "copy s.t (n) from stdin",
      rows: numbers(40).map(String),
    });

    expect(loaded).toEqual(
      numbers(40)
        .filter((n) => n % 7 !== 0)
        .map((n) => `(${n})`),
    );
    expect(refused.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
  });

  it("of a table with odd names, and with values of several lines, keep what the server accepts", async () => {
    const { refused, loaded } = await load({
      sql: `create table s.t (n int); drop table s.t; create table s."COPY t, line 1" ("n" int, "a: ""b" text, "r, line 2" regrole); create view s.t as select * from s."COPY t, line 1"`,
      copy: 'copy s."COPY t, line 1" ("n", "a: ""b", "r, line 2") from stdin',
      rows: ["1\tx\\nCOPY t, line 2\tgone", "2\ty\\tz\tpg_monitor", "3\tgone\tgone", "4\tgone\t\\N"],
    });

    expect(refused).toEqual([{ reason: expect.stringContaining('role "gone" does not exist'), rows: 2 }]);
    expect(loaded).toEqual(['(2,"y\tz",pg_monitor)', "(4,gone,)"]);
  });
});
