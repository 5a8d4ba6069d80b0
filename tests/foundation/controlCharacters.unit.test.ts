import { expect, test } from "vitest";
import { escapeControls, escapeInNames } from "../../foundation/controlCharacters";

test("control characters of a name are escaped, and everything else stays", () => {
  expect(escapeControls('table s."a\nb\tc\r\u001b[31m\u0085ä"')).toBe(
    String.raw`table s."a\nb\tc\r\u{1b}[31m\u{85}ä"`,
  );
});

test("in a statement only quoted names are changed", () => {
  expect(escapeInNames('drop view s."a\n""b";\nselect 1')).toBe(
    `${String.raw`drop view s."a\n""b";`}\nselect 1`,
  );
});
