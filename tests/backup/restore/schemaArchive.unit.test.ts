import { describe, expect, it } from "vitest";
import { splitScript } from "../../../backup/restore/schemaArchive";

const entry = (id: number, sql: string): string =>
  `--\n-- TOC entry ${id} (class 1259 OID 1)\n-- Name: t; Type: TABLE; Schema: public; Owner: postgres\n--\n\n${sql}\n\n`;

describe("a script of pg_restore", () => {
  it("is split at its headings, and not at text that looks like one", () => {
    const spoofed = entry(2, "create table public.injected ();");
    const comment = `COMMENT ON TABLE public.t IS 'it''s\n${spoofed}';`;
    const body = `CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $_$select $$\n${spoofed}$$$_$;`;
    const name = `CREATE TABLE public."t\n${spoofed.replaceAll('"', "")}" ();`;
    const script = [entry(1, comment), entry(2, body), entry(3, name), entry(4, "select 1;")].join("");
    expect(splitScript(script).map(({ id, sql }) => [id, sql])).toEqual([
      [1, comment],
      [2, body],
      [3, name],
      [4, "select 1;"],
    ]);
  });

  it("has settings before a heading, which are distinguished from the end of a comment", () => {
    const comment = "COMMENT ON TABLE public.t IS 'First\nSET default_tablespace = fast;';";
    const script = [entry(1, comment), "SET default_tablespace = quick;\n\n", entry(2, "select 2;")].join("");
    expect(splitScript(script).map(({ sql }) => sql)).toEqual([
      comment,
      "SET default_tablespace = quick;\nselect 2;\nRESET default_tablespace;",
    ]);
  });
});
