import { expect, test } from "vitest";
import { cleaner, mapTexts } from "../../../ops/report/mask";

const clean = cleaner({
  SUPABASE_ACCESS_TOKEN: "sbp_0123456789",
  PULUMI_CONFIG_PASSPHRASE: "correct horse",
  DB_PASSWORD: "short",
  PATH: "/usr/local/bin",
});

test.each([
  ["a token of the environment", "token sbp_0123456789.", "token [secret]."],
  ["a passphrase of the environment", "opens with correct horse", "opens with [secret]"],
  [
    "the password of a URL",
    "postgresql://postgres:p%40ss@db.example:5432/x",
    "postgresql://postgres:[secret]@db.example:5432/x",
  ],
  ["a JSON Web Token", `key eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl!`, "key [secret]!"],
  ["an access key of AWS", "AKIAIOSFODNN7EXAMPLE", "[secret]"],
  ["a token of GitHub", "ghs_0123456789abcdefghijklmnop", "[secret]"],
  ["a password verifier", "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:a2V5", "[secret]"],
  [
    "a password in a statement",
    "alter role backup password 'it''s'",
    "alter role backup password '[secret]'",
  ],
  ["terminal codes", "\u001b[31mred\u001b[0m and \u001b]8;;x\u0007link", "red and link"],
  ["the engine's colours", "<{%fg 1%}>error<{%reset%}>", "error"],
  ["marks that reorder a text", "a\u202eb\u2066c", "abc"],
])("%s is not shown", (_name, text, shown) => {
  expect(clean(text)).toBe(shown);
});

test("other text is not masked: paths, short words, tabs and line ends", () => {
  const text = "in /usr/local/bin,\n\tshort: user@example.com, https://example.com/a:b@c";

  expect(clean(text)).toBe(text);
});

test("every string of a value is masked, including names of members", () => {
  expect(mapTexts({ sbp_0123456789: ["x", { a: "sbp_0123456789" }, 1, null] }, clean)).toEqual({
    "[secret]": ["x", { a: "[secret]" }, 1, null],
  });
});
