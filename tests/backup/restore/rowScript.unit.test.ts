import { describe, expect, it } from "vitest";
import { RowScript } from "../../../backup/restore/rowScript";

const script = [
  "-- PostgreSQL database dump",
  "SET statement_timeout = 0;",
  "",
  "COPY shop.tenants (id, name) FROM stdin;",
  "1\tone",
  "2\ta \\\\.",
  "\\.",
  "",
  'copy shop."odd from stdin;',
  'name" (a) from stdin;',
  "\\.",
  "copy shop.last (a) from stdin;",
  "copy shop.none (a) from stdin;",
  "\\N",
  "\\.",
  "SELECT pg_catalog.setval('shop.s', 1, true);",
  "",
].join("\n");

const expected = [
  ["COPY shop.tenants (id, name) FROM stdin", "1\tone\n2\ta \\\\.\n"],
  ['copy shop."odd from stdin;\nname" (a) from stdin', ""],
  ["copy shop.last (a) from stdin", "copy shop.none (a) from stdin;\n\\N\n"],
];

async function read(text: string, chunkSize: number): Promise<{ tables: string[][]; end: () => void }> {
  const tables: string[][] = [];
  const reader = new RowScript(async (statement) => {
    let rows = "";
    return {
      write: async (data) => {
        rows += data.toString("utf8");
      },
      end: async () => void tables.push([statement, rows]),
    };
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkSize) await reader.write(bytes.subarray(at, at + chunkSize));
  return { tables, end: () => reader.end() };
}

describe("a script of rows", () => {
  it.each([1, 2, 3, 4, 5, 7, 11, 64, 10_000])("is read in chunks of %i bytes", async (chunkSize) => {
    const { tables, end } = await read(script, chunkSize);
    expect(tables).toEqual(expected);
    expect(end).not.toThrow();
  });

  it.each(["COPY shop.tenants (id) FROM stdin;\n1\n", 'copy shop."odd\n'])(
    "is incomplete if it ends inside a table",
    async (text) => {
      const { tables, end } = await read(text, 10);
      expect(tables).toEqual([]);
      expect(end).toThrow("the rows end in the middle of a table");
    },
  );
});
