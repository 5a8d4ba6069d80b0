import { expect, test } from "vitest";
import { cleaner, mapTexts } from "../../../ops/report/mask";

const clean = cleaner({
  SUPABASE_ACCESS_TOKEN: "sbp_0123456789",
  PULUMI_CONFIG_PASSPHRASE: "correct horse",
  DB_PASSWORD: "short",
  SMTP_PASS: 'quo"ted &pass\n',
  SIGNING_KEY: "first-line-of-key\r\nsecond-line-of-key",
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
  ["a secret in a JSON string", 'smtp {"pass":"quo\\"ted &pass"}', 'smtp {"pass":"[secret]"}'],
  ["a secret in a URL", "to smtp?auth=quo%22ted%20%26pass", "to smtp?auth=[secret]"],
  ["one line of a secret", "at second-line-of-key.", "at [secret]."],
  [
    "a password of a URL with characters that should be encoded",
    "postgresql://app:p@ss/w:rd@db.example/x",
    "postgresql://app:[secret]@db.example/x",
  ],
  ["a password of a URL without a user", "redis://:hunter22@cache:6379", "redis://:[secret]@cache:6379"],
  [
    "a password of a connection string",
    "host=db password='it\\'s me' user=x",
    "host=db password=[secret] user=x",
  ],
  [
    "a plain password of a connection string",
    "host=db password=hunter2 user=x",
    "host=db password=[secret] user=x",
  ],
  [
    "an escaped password in a statement",
    "alter role x password E'a\\'b' login",
    "alter role x password '[secret]' login",
  ],
  [
    "a dollar-quoted password",
    "alter role x password $p$a'b$p$ login",
    "alter role x password '[secret]' login",
  ],
  [
    "a secret of the vault",
    "select vault.create_secret('s3cr3t', 'name')",
    "select vault.create_secret([secret])",
  ],
  ["a private key whose end was cut off", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow-\nabc", "[secret]"],
  [
    "a webhook of Slack",
    "https://hooks.slack.com/services/T0/B0/abc",
    "https://hooks.slack.com/services/[secret]",
  ],
  ["a secret of a hook", "v1,whsec_c2VjcmV0c2VjcmV0c2VjcmV0", "[secret]"],
  ["a token of Pulumi", `pul-${"0a".repeat(20)}`, "[secret]"],
  ["a header", "Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer [secret]"],
  [
    "a signed URL",
    "https://s3.example/a?X-Amz-Signature=0a1b&X-Amz-Expires=60",
    "https://s3.example/a?X-Amz-Signature=[secret]&X-Amz-Expires=60",
  ],
  ["an old password verifier", `md5${"0a".repeat(16)}`, "[secret]"],
  ["half of a character", "a\ud83d!", "a\ufffd!"],
  ["terminal codes", "\u001b[31mred\u001b[0m and \u001b]8;;x\u0007link", "red and link"],
  ["the engine's colours", "<{%fg 1%}>error<{%reset%}>", "error"],
  ["marks that reorder a text", "a\u202eb\u2066c", "abc"],
])("%s is not shown", (_name, text, shown) => {
  expect(clean(text)).toBe(shown);
});

test("other text is not masked: paths, short words, tabs and line ends", () => {
  const text =
    "in /usr/local/bin,\n\tshort: user@example.com, https://example.com/a:b@c, https://example.com:8080/@x, the password is 8 letters";

  expect(clean(text)).toBe(text);
});

test("a long text is cleaned in linear time", () => {
  const text = "a.b-".repeat(500_000);

  expect(clean(text)).toBe(text);
});

test("every string of a value is masked, including names of members", () => {
  expect(mapTexts({ sbp_0123456789: ["x", { a: "sbp_0123456789" }, 1, null] }, clean)).toEqual({
    "[secret]": ["x", { a: "[secret]" }, 1, null],
  });
});
