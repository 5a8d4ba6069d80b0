import { expect, test } from "vitest";
import { cleaner, mapTexts } from "../../../ops/report/mask";

const clean = cleaner({
  SUPABASE_ACCESS_TOKEN: "sbp_0123456789",
  PULUMI_CONFIG_PASSPHRASE: "correct horse",
  DB_PASSWORD: "short",
  SMTP_PASS: 'quo"ted &pass\n',
  SIGNING_KEY: "first-line-of-key\r\nsecond-line-of-key",
  CACHE_KEY: "production",
  API_KEY: "n0t-an-ordinary-word",
  SLACK_WEBHOOK: "https://hooks.example/x1y2",
  WEBHOOK_RETRIES: "exponential-backoff",
  HOOK_SECRET: "lowercaseword",
  APP_SECRET: "it's long",
  ODD_SECRET: "?>?>?>?>",
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
  [
    "a password in a statement that ends with a backslash",
    "alter role app password 'abc\\'; select 'x'",
    "alter role app password '[secret]'; select 'x'",
  ],
  [
    "a password whose end was cut off",
    "alter role app password 'it''s sec\nsecond line",
    "alter role app password '[secret]'\nsecond line",
  ],
  [
    "an escaped password whose end was cut off",
    "alter role app password e'it\\'s sec",
    "alter role app password '[secret]'",
  ],
  [
    "a password in a statement inside of a string",
    "execute 'alter role app password ''hunter2 x'' login'",
    "execute 'alter role app password '[secret]' login'",
  ],
  ["an empty password", "alter role app password '' login", "alter role app password '[secret]' login"],
  ["an assigned password with quotes", "password='it''s secret tail' x", "password=[secret] x"],
  ["an assigned password of PL/pgSQL", "password := 'abc\\'; x", "password := '[secret]'; x"],
  ["a named argument", "create_user(password => e'a\\'b')", "create_user(password => '[secret]')"],
  ["a password that looks like a name", "password = hunter2 x", "password = [secret] x"],
  ["a password with a dot in a connection string", "password=correct.horse x", "password=[secret] x"],
  [
    "a secret of the vault with parentheses",
    "select vault.create_secret('ab)cdefgh', e'\\')x', $$)y$$, lower('N')) as id",
    "select vault.create_secret([secret]) as id",
  ],
  [
    "a secret of the vault whose end was cut off",
    "vault.update_secret(id, 'ab)cd",
    "vault.update_secret([secret]",
  ],
  [
    "a private key in a message",
    "bad key -----BEGIN PRIVATE KEY----- MIIEvQIBADANBgkqhkiG9w0B -----END PRIVATE KEY-----, ignored",
    "bad key [secret], ignored",
  ],
  [
    "a private key in a JSON string",
    '{"key":"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"}',
    '{"key":"[secret]\\n"}',
  ],
  ["a key of Stripe", "sk_live_0123456789abcdefghijklmn", "[secret]"],
  ["a restricted key of Stripe", "rk_test_0123456789abcdefghijklmn", "[secret]"],
  ["a key of OpenAI", "sk-proj-0123456789abcdefghijklmn", "[secret]"],
  ["a key that is no ordinary word", "key n0t-an-ordinary-word", "key [secret]"],
  ["an address of a webhook", "to https://hooks.example/x1y2", "to [secret]"],
  ["a secret that is an ordinary word", "is lowercaseword", "is [secret]"],
  ["a password of a variable", "PGPASSWORD=hunter2 psql", "PGPASSWORD=[secret] psql"],
  [
    "a password of a longer name",
    "DB_PASSWORD=hunter2 SMTP_PASS=x1",
    "DB_PASSWORD=[secret] SMTP_PASS=[secret]",
  ],
  [
    "a password of ADO.NET",
    "Server=db;Uid=sa;Pwd=hunter2;Encrypt=yes",
    "Server=db;Uid=sa;Pwd=[secret];Encrypt=yes",
  ],
  ["a password in double quotes", 'PASSWORD="my pass" next', 'PASSWORD="[secret]" next'],
  ["a password in JSON", '{"password": "a\\"b c","user":"u"}', '{"password": "[secret]","user":"u"}'],
  [
    "a password in JSON inside of a string",
    '{\\"smtp_pass\\":\\"a\\\\\\"b\\",\\"user\\":\\"u\\"}',
    '{\\"smtp_pass\\":\\"[secret]\\",\\"user\\":\\"u\\"}',
  ],
  ["a password in JSON whose end was cut off", '{"password":"abc\nnext', '{"password":"[secret]"\nnext'],
  ["a password of a URL with a quote", `postgres://u:p'q"r@h/d`, "postgres://u:[secret]@h/d"],
  [
    "the passwords of a list of URLs",
    '["postgres://u:p@h","http://h:80","postgres://u:q@h"]',
    '["postgres://u:[secret]@h","http://h:80","postgres://u:[secret]@h"]',
  ],
  ["a header with a password", "authorization: Basic dXNlcjpodW50ZXIy", "authorization: Basic [secret]"],
  [
    "a private key of OpenPGP",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdG\n-----END PGP PRIVATE KEY BLOCK-----.",
    "[secret].",
  ],
  [
    "an encrypted JSON Web Token",
    "key eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodet!",
    "key [secret]!",
  ],
  [
    "a secret key of AWS",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "aws_secret_access_key = [secret]",
  ],
  ["a session of AWS", '"SessionToken":"FwoGZXIvYXdzEabcdef=="', '"SessionToken":"[secret]"'],
  [
    "a secret key of AWS in JSON inside of a string",
    '{\\"secretAccessKey\\":\\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\\"}',
    '{\\"secretAccessKey\\":\\"[secret]\\"}',
  ],
  ["a password of YAML", "smtp:\n  smtp_password: hunter2hunter2\n", "smtp:\n  smtp_password: [secret]\n"],
  ["a password of YAML in quotes", "- password: 'it''s me'", "- password: [secret]"],
  ["a password of YAML whose end was cut off", "password: 'it is", "password: [secret]"],
  ["a password of a quoted key of TOML", '"password" = "hunter2"', '"password" = "[secret]"'],
  [
    "a password in JSON that ends with a backslash",
    '{"password":"abc\\\nnext',
    '{"password":"[secret]"\nnext',
  ],
  ["a token of GitLab", "glpat-0123456789abcdefghij", "[secret]"],
  ["a token of npm", `npm_${"0a".repeat(18)}`, "[secret]"],
  ["a key of Google", `AIza${"0a-".repeat(11)}xy`, "[secret]"],
  ["a key of SendGrid", `SG.${"0a".repeat(11)}.${"0a-".repeat(14)}x`, "[secret]"],
  ["a key of Resend", `re_${"0a".repeat(4)}_${"0a".repeat(12)}`, "[secret]"],
  ["a secret in Base64", Buffer.from("sbp_0123456789").toString("base64"), "[secret]k="],
  ["a secret in Base64 after one byte", Buffer.from(":sbp_0123456789").toString("base64"), "On[secret]"],
  [
    "a secret in Base64 after two bytes",
    Buffer.from("a:sbp_0123456789").toString("base64"),
    "YTp[secret]Q==",
  ],
  ["a secret in the Base64 of URLs", Buffer.from("?>?>?>?>").toString("base64url"), "[secret]4"],
  ["a secret in a string of SQL", "comment is 'it''s long'", "comment is '[secret]'"],
  [
    "a secret in JSON inside of a string",
    '"{\\"pass\\":\\"quo\\\\\\"ted &pass\\"}"',
    '"{\\"pass\\":\\"[secret]\\"}"',
  ],
  ["a secret in a form", "auth=quo%22ted+%26pass", "auth=[secret]"],
  ["a secret with terminal codes inside", "sbp_\u001b[31m0123\u001b[0m456789", "[secret]"],
  ["half of a character", "a\ud83d!", "a\ufffd!"],
  ["terminal codes", "\u001b[31mred\u001b[0m and \u001b]8;;x\u0007link", "red and link"],
  ["the engine's colours", "<{%fg 1%}>error<{%reset%}>", "error"],
  ["marks that reorder a text", "a\u202eb\u2066c", "abc"],
])("%s is not shown", (_name, text, shown) => {
  expect(clean(text)).toBe(shown);
});

test.each([
  "in /usr/local/bin,\n\tshort: user@example.com, https://example.com/a:b@c, https://example.com:8080/@x, the password is 8 letters",
  "create index sk_orders_by_customer_region_idx on rk_orders_by_customer_region_old",
  "The key must start with -----BEGIN PRIVATE KEY----- and end with a line of its own.",
  "new.password = old.password; where (password = users.password) and password = p_password or password = null",
  "deployed to production with exponential-backoff",
  "vault.create_secret is not installed",
  "compass=north, bypass=1, PWD=/work, password_min_length=12, has_password = true, npm_config_registry_of_this_organization",
  '{"url":"exp://localhost:*","owner":"me@x.org"}',
  '{\\"url\\":\\"exp://localhost:*\\",\\"owner\\":\\"me@x.org\\"}',
  "allowed: ['exp://localhost:*','me@x.org']",
  "require_password=true, PASSWORD=null and has_password=False",
  'where "password" = "old_password" or "u"."password" = "users"."password"',
  "password: required\npassword: 'abc' is too short\npassword: must have 8 characters\nreset-password: https://x.example/a1\nmin_password: 8",
  "use --password to set it; { password: 'x' is too short }, token=required, api_key=of-the-project, tokens=12345678901234567890",
  "set { passwordMinLength: 12345678, bypass: 'x' }",
  'the password: too short; "password_required_characters": "abc"; Basic authentication is off',
])("other text is not masked: %s", (text) => {
  expect(clean(text)).toBe(text);
});

test.each([
  "a.b-",
  "a://b:",
  "-eyJabcdefgh",
  "eyJabcdefgh.",
  "password $",
  "password $$",
  "password 'a\n",
  "password e'\\'",
  "password=''a",
  "password '''",
  'password="',
  'password:\\"',
  '"password"="',
  "password: 1",
  "\npassword: 'a",
  "\n- - - - ",
  "a://b:'",
  "eyJabcdefgh..",
  "Authorization: Basic ",
  "session_token=",
  "create_secret(",
  "create_secret('",
  "create_secret($a$",
  "-----BEGIN PRIVATE KEY-----\n",
  "-----BEGIN PRIVATE KEY",
  "\u001b]8;;",
  "<{%",
  "token=",
  "token=a",
  "--password ",
  "--pass-",
  "{password: 'a\\'",
  ",password: a",
  "password=a'",
  "password=&",
])("%j, repeated, is masked in linear time", (part) => {
  const text = part.repeat(2_000_000 / part.length);

  expect(clean(text).length).toBeLessThan(5_000_000);
});

// With less text, searching to its end for each opening does not take longer than a test may.
test.each(['password="', 'pass:\\"', 'password:"\\'])(
  "10 MB of %j without a line ending are cleaned in linear time",
  (part) => {
    expect(clean(part.repeat(10_000_000 / part.length)).length).toBeLessThan(25_000_000);
  },
);

test("unterminated strings with different delimiters are masked in linear time", () => {
  const text = Array.from({ length: 100_000 }, (_, at) => `password $t${at}$ \n`).join("");

  expect(clean(text)).toBe("password '[secret]'\n".repeat(100_000));
});

test.each([
  ["a private key", "-----BEGIN PRIVATE KEY-----\n", "-a"],
  ["a password", "password '", "''a"],
  ["an escaped password", "password e'", "\\'"],
  ["a password in JSON", '"password":"', "ab"],
  ["a password in JSON with quotes", '"password":"', '\\"'],
  ["a password of YAML", "password: 1", "ab"],
  ["a password of YAML in quotes", "password: '", "ab"],
  ["an argument", "create_secret('", "''"],
  ["a token", "sb_secret_", "ab"],
  ["a JSON Web Token", `eyJabcdefgh.${"a".repeat(20)}.`, "ab"],
  ["a header", "Bearer ", "ab"],
])("%s of 10 MB without an end is masked", (_name, start, part) => {
  const text = `${start}${part.repeat(10_000_000 / part.length)}`;

  expect(clean(text).length).toBeLessThan(100);
});

test("every string of a value is masked, including names of members", () => {
  expect(mapTexts({ sbp_0123456789: ["x", { a: "sbp_0123456789" }, 1, null] }, clean)).toEqual({
    "[secret]": ["x", { a: "[secret]" }, 1, null],
  });
});
