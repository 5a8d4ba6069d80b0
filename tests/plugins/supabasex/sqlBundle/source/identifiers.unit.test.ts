import { beforeAll, describe, expect, test } from "vitest";
import {
  bareName,
  firstIdentifier,
  identifierPattern,
  identifiersOf,
  nameWithoutArguments,
  qualifierOf,
  quote,
  quoteAlways,
  quoteUnlessKeyword,
  unquoted,
  unquotedAsWritten,
  withoutQualifier,
} from "../../../../../plugins/supabasex/provider/sqlBundle/source/identifiers";
import { loadParser } from "../../../../../plugins/supabasex/provider/sqlBundle/source/parser";

beforeAll(() => loadParser());

describe("an identifier", () => {
  test.each([
    ["customers", "customers"],
    ["_x9", "_x9"],
    ["Order Items", '"Order Items"'],
    ["a.b", '"a.b"'],
    ['say "hi"', '"say ""hi"""'],
    ["größe", '"größe"'],
    ["a$b", '"a$b"'],
    ["9lives", '"9lives"'],
    ["total(integer)", '"total(integer)"'],
    ["", '""'],
  ])("%j is written as %s, and read again", (name, written) => {
    expect(quote(name)).toBe(written);
    expect(quoteUnlessKeyword(name)).toBe(written);
    expect(unquoted(written)).toBe(name);
    expect(unquoted(quoteAlways(name))).toBe(name);
  });

  test("is quoted if it is a keyword that needs it, for which the parser must be asked", () => {
    expect(["user", "order", "current_timestamp", "name", "type"].map(quote)).toEqual([
      ...['"user"', '"order"', '"current_timestamp"', "name", "type"],
    ]);
    expect(quoteUnlessKeyword("user")).toBe("user");
  });

  test("that an author wrote is in lower case without quotes", () => {
    expect(["Orders", '"Orders"', '"a""B"'].map(unquotedAsWritten)).toEqual(["orders", "Orders", 'a"B']);
  });

  test("is the beginning of a text", () => {
    expect(['"d e" text', "a integer", '"x"" y" int', "a"].map(firstIdentifier)).toEqual([
      ...['"d e"', "a", '"x"" y"', "a"],
    ]);
  });

  test("is matched as a whole by the pattern, and nothing else is", () => {
    const whole = new RegExp(`^${identifierPattern}$`);
    const matched = ["customers", '"a.b"', '"a""b"', "größe", "a.b", "a b", '"a', "f(a)", ""].filter((text) =>
      whole.test(text),
    );
    expect(matched).toEqual(["customers", '"a.b"', '"a""b"', "größe"]);
  });
});

describe("a qualified name", () => {
  test.each([
    ["shared.customers", ["shared", "customers"], ""],
    ['shared."Order Items"', ["shared", '"Order Items"'], ""],
    ['"a.b"."c.d"', ['"a.b"', '"c.d"'], ""],
    ['"a""."."b ""c"', ['"a""."', '"b ""c"'], ""],
    ["shared.total(integer, shared.mood)", ["shared", "total"], "(integer, shared.mood)"],
    ['"S(1)"."f(x)"(integer)', ['"S(1)"', '"f(x)"'], "(integer)"],
    ["shared.no_arguments()", ["shared", "no_arguments"], "()"],
    ["größe.maß", ["größe", "maß"], ""],
  ])("%s is taken apart", (name, identifiers, rest) => {
    const [schema = "", bare = ""] = identifiers;
    expect(nameWithoutArguments(name)).toBe(identifiers.join("."));
    expect(identifiersOf(nameWithoutArguments(name))).toEqual(identifiers);
    expect(qualifierOf(name)).toBe(schema);
    expect(bareName(name)).toBe(bare);
    expect(withoutQualifier(name)).toBe(`${bare}${rest}`);
  });

  test("of a column has three identifiers", () => {
    expect(identifiersOf('shared."a.b"."C d"')).toEqual(["shared", '"a.b"', '"C d"']);
    expect(bareName('shared."a.b"."C d"')).toBe('"C d"');
  });

  test("may have no schema", () => {
    const bare = ["customers", '"a.b"', "total(pg_catalog.int4)"];
    expect(bare.map(withoutQualifier)).toEqual(bare);
    expect(["customers", '"a.b"'].map(qualifierOf)).toEqual(["customers", '"a.b"']);
    expect(["customers", '"a.b"', "total(integer)"].map(bareName)).toEqual(["customers", '"a.b"', "total"]);
  });
});
