import { expect, test } from "vitest";
import { cleaner } from "../../../ops/report/mask";

const token = `ghs_${"0123456789".repeat(3)}`;
const clean = cleaner({
  FIRST_TOKEN: "alpha-bravo-1234",
  SECOND_TOKEN: "1234-yankee-zulu",
  INNER_TOKEN: "bravo-12",
  PERIODIC_TOKEN: "ab1ab1ab",
  ENCODED_TOKEN: "zulu&100%",
  PREFIX_TOKEN: token.slice(0, 20),
  URL_TOKEN: "pass@db.example",
});

const hexadecimal = (text: string) => Buffer.from(text).toString("hex");

test.each([
  ["the end of one is the begin of another", "x alpha-bravo-1234-yankee-zulu x", "x [secret] x"],
  ["one contains another", "x alpha-bravo-1234 bravo-12 x", "x [secret] [secret] x"],
  ["one overlaps itself", "x ab1ab1ab1ab1ab x", "x [secret] x"],
  ["three are a chain", "alpha-bravo-1234-yankee-zulu&100%", "[secret]"],
  ["the second one is encoded", "1234-yankee-zulu%26100%25!", "[secret]!"],
  ["both are digits", `\\x${hexadecimal("alpha-bravo-1234-yankee-zulu")}`, "\\x[secret]"],
  ["the value is the begin of a token of GitHub", `${token}.`, "[secret]."],
  [
    "the value ends after the password of a URL",
    "postgres://u:my-pass@db.example/x",
    "postgres://u:[secret]/x",
  ],
  ["one follows another", "alpha-bravo-1234bravo-12", "[secret][secret]"],
])("secrets that overlap leave nothing: %s", (_name, text, shown) => {
  expect(clean(text)).toBe(shown);
});

test("parts of secrets that occur alone are not masked", () => {
  const text = "alpha-bravo-1x -yankee-zulu ab1ab1a";
  expect(clean(text)).toBe(text);
});
