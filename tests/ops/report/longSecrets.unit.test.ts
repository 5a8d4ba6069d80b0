import { expect, test, vi } from "vitest";
import { cleaner } from "../../../ops/report/mask";

/** Returns a value with characters that have escaped forms, without a period. */
function secretOf(length: number): string {
  const text = Array.from({ length }, (_, at) => `${at}/+'"\\&%é `).join("");
  return `A${text.slice(0, length - 2)}z`;
}

const hexadecimal = (text: string) => Buffer.from(text).toString("hex");
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Name of a form → a value in this form. */
const forms: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  "in JSON": (value) => JSON.stringify(value),
  "as escaped characters": (value) =>
    Array.from(value, (_, at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  "in JSON in JSON": (value) => JSON.stringify(JSON.stringify(value)),
  "in a URL": encodeURIComponent,
  "in a URL with every byte encoded": (value) => hexadecimal(value).replace(/../g, "%$&"),
  "in a URL twice": (value) => encodeURIComponent(encodeURIComponent(value)),
  "in HTML": (value) => value.replace(/["'&]/g, (one) => `&#${one.charCodeAt(0)};`),
  "as digits": hexadecimal,
  "as digits with colons": (value) => hexadecimal(value).replace(/..(?!$)/g, "$&:"),
  "in Base64": base64,
  "in Base64 with line breaks": (value) => base64(value).replace(/.{76}/g, "$&\n"),
};

test.each([100, 1_500, 8_000])("a secret of %i characters is masked in all forms", (length) => {
  const value = secretOf(length);
  const clean = cleaner({ A_TOKEN: value });
  for (const [name, form] of Object.entries(forms)) {
    const shown = clean(`before ${form(value)} after\n`).replace(/^before "*\\*"*/, "before ");
    expect([name, shown.slice(0, 60)]).toEqual([
      name,
      expect.stringMatching(/^before \[secret\].{0,9} after\n$/),
    ]);
  }
});

test.each(["escaped", "digits", "wrapped"])("a long value with another end is no secret: %s", (form) => {
  const value = secretOf(1_500);
  const other = `${value.slice(0, -1)}y`;
  const clean = cleaner({ A_TOKEN: value });
  const text =
    { escaped: encodeURIComponent(other), digits: hexadecimal(other), wrapped: `${other}\n` }[form] ?? "";
  expect(clean(text)).toBe(text);
});

test.each(["x1", "a\nb", "\\"])("a periodic secret does not stop the report: %j", (period) => {
  const value = period.repeat(600);
  const clean = cleaner({ A_TOKEN: value });
  expect(clean(`a\nb\\u0000 ${hexadecimal(value)}`)).toBe("a\nb\\u0000 [secret]");
});

test("masking a text of twice the length takes at most twice the matches of a pattern", () => {
  const clean = cleaner({ A_TOKEN: secretOf(8_000) });
  const matchesIn = (text: string) => {
    const match = vi.spyOn(RegExp.prototype, "exec");
    clean(text);
    const { length } = match.mock.calls;
    match.mockRestore();
    return length;
  };
  // Ordinary lines, and the beginning of the secret.
  const lines = `INFO 12:00 the "deployment" of 100% is\\n done & A0%2F%2B'\\n\n${secretOf(8_000).slice(0, 40)}\n`;
  const text = lines.repeat(200_000 / lines.length);
  expect(text.length).toBeGreaterThan(190_000);
  expect(matchesIn(text + text)).toBeLessThanOrEqual(2 * matchesIn(text));
  expect(matchesIn(text)).toBeLessThan(text.length);
});
