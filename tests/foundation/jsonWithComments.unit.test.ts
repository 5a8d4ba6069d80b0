import { expect, test } from "vitest";
import { parseJsonWithComments } from "../../foundation/jsonWithComments";

test.each([
  ["comments", '{ // one\n "a": 1 /* two */ }', { a: 1 }],
  ["a comma behind the last entry", '{ "a": [1, 2,], }', { a: [1, 2] }],
  ["a comment behind that comma", '{ "a": 1, // last\n}', { a: 1 }],
  ["both inside a string", '{ "a//b": "/* c */, }" }', { "a//b": "/* c */, }" }],
])("reads JSON with %s", (_, text, expected) => {
  expect(parseJsonWithComments(text)).toEqual(expected);
});

test("refuses text that is not JSON even without comments", () => {
  expect(() => parseJsonWithComments('{ "a": 1 // open')).toThrow(SyntaxError);
});
