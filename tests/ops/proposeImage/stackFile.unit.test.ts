import { expect, test } from "vitest";
import { withDigest } from "../../../ops/proposeImage/stackFile";

const digest = `sha256:${"ab".repeat(32)}`;
const old = `ghcr.io/a/b:1@sha256:${"0".repeat(64)}`;
const proposed = `ghcr.io/a/b@${digest}`;

const file = (image: string, comment = " # kept") => `# image: ghcr.io/a/b:1
config:
  thorbis-supabase:backup:
    note: ghcr.io/a/b:1
    image: ${image}${comment}
  # the end
  "other":   'x'
`;

test.each([
  ["ghcr.io/a/b:1", proposed],
  ['"ghcr.io/a/b:1"', `"${proposed}"`],
  ["'ghcr.io/a/b:1'", `'${proposed}'`],
  ["registry.example:5000/b", `registry.example:5000/b@${digest}`],
  [old, proposed],
  [`ghcr.io/a/b@sha512:${"0".repeat(128)}`, proposed],
  [`"ghcr.io\\/a/\\x62:1"`, `"${proposed}"`],
  [`"ghcr.io/a/\\\n      b:1"`, `"${proposed}"`],
  [`!!str ghcr.io/a/b:1`, `!!str ${proposed}`],
  [`&image "${old}"`, `&image "${proposed}"`],
])("only the value changes: %s", (image, expected) => {
  expect(withDigest(file(image), digest)).toBe(file(expected));
});

test.each([
  [">-\n      ghcr.io/a/b:1", `>-\n      ${proposed}`],
  ["|- # pinned\n      ghcr.io/a/b:1", `|- # pinned\n      ${proposed}`],
  ["|\n      ghcr.io/a/b:1", `|\n      ${proposed}`],
  [`>2-\n      ${old}`, `>2-\n      ${proposed}`],
  [`>4-\n        ${old}`, `>4-\n        ${proposed}`],
  [">\n      ghcr.io/a/b:1\n", `>\n      ${proposed}\n`],
])("only the value of a block scalar changes: %j", (image, expected) => {
  expect(withDigest(file(image, ""), digest)).toBe(file(expected, ""));
});

test.each([
  ["line endings of Windows", file(old).replaceAll("\n", "\r\n"), file(proposed).replaceAll("\n", "\r\n")],
  ["a byte order mark", `\ufeff${file(old)}`, `\ufeff${file(proposed)}`],
  ["no line ending at the end", file(old).trimEnd(), file(proposed).trimEnd()],
  [
    "a map in one line",
    "{ config: { 'thorbis-supabase:backup': { image: ghcr.io/a/b:1 , x: 1 } } } # kept",
    `{ config: { 'thorbis-supabase:backup': { image: ${proposed} , x: 1 } } } # kept`,
  ],
  ["an alias", `a: &i ${old}\n${file("*i")}`, `a: &i ${old}\n${file(proposed)}`],
])("a stack file with %s keeps it", (_name, text, expected) => {
  expect(withDigest(text, digest)).toBe(expected);
});

test.each([
  "",
  "- 1",
  "config: 1",
  "config: { 'thorbis-supabase:backup': { image: 1 } }",
  "config: *x\n",
  "config: { 'thorbis-supabase:backup': { image: '' } }",
])("a stack file without an image is refused: %j", (text) => {
  expect(() => withDigest(text, digest)).toThrow(/^The stack file (has no|is not valid YAML)/);
});

test("a stack file with two images is refused", () => {
  const text = file(old).replace("  # the end", `    image: ${old}`);
  expect(() => withDigest(text, digest)).toThrow("The stack file is not valid YAML: Map keys must be unique");
});
