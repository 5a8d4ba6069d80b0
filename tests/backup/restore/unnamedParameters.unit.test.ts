import { describe, expect, it } from "vitest";
import { withReadableParameters } from "../../../backup/restore/unnamedParameters";

const bodyOf = (head: string, body: string): string =>
  `CREATE ${head}\n    LANGUAGE sql\n    BEGIN ATOMIC\n ${body};\nEND;`;

describe("the only unnamed parameter of a function", () => {
  it.each([
    ["PROCEDURE public.f(IN integer, IN named text)", 'VALUES (f."", f.named)', "VALUES ($1, f.named)"],
    [
      "FUNCTION public.f(named text, double precision) RETURNS int",
      'SELECT ("")::integer',
      "SELECT ($2)::integer",
    ],
    [
      `FUNCTION public."Odd f"("a b" text DEFAULT ', x('::text, timestamp(3) without time zone[], INOUT c integer DEFAULT 3) RETURNS integer`,
      `SELECT "Odd f"."" WHERE ('"Odd f".""'::text <> '""'::text) AND "a""b" = "a b"`,
      `SELECT $2 WHERE ('"Odd f".""'::text <> '""'::text) AND "a""b" = "a b"`,
    ],
    ["FUNCTION public.f(a integer, integer, OUT integer) RETURNS integer", 'SELECT f.""', "SELECT $2"],
    [
      "FUNCTION public.f(OUT first integer, a integer, OUT integer, INOUT integer)",
      'SELECT a, (""), 1',
      "SELECT a, ($2), 1",
    ],
    ["FUNCTION public.f(n numeric(3,1), VARIADIC public.m[])", 'SELECT (f."").v', "SELECT ($2).v"],
  ])("is written with its number: %s", (head, body, expected) => {
    expect(withReadableParameters(bodyOf(head, body))).toBe(bodyOf(head, expected));
  });

  it.each([
    [
      "of several, because the text does not tell which",
      bodyOf("FUNCTION public.f(integer, a text, integer)", 'SELECT f.""'),
    ],
    [
      "in a body that is a string",
      "CREATE FUNCTION public.f(integer, a text)\n    AS $_$ select '' as \"\" $_$;",
    ],
    ["in a statement that is no function", 'CREATE VIEW public.v AS SELECT "";'],
  ])("stays as it is %s", (_, sql) => {
    expect(withReadableParameters(sql)).toBe(sql);
  });
});
