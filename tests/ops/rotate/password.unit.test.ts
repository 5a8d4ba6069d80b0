import { expect, test } from "vitest";
import { passwordLength, randomPassword } from "../../../ops/rotate/password";

test("a generated password needs no quoting, and differs each time", () => {
  const passwords = Array.from({ length: 200 }, randomPassword);

  expect(new Set(passwords).size).toBe(200);
  for (const password of passwords) {
    expect(password).toMatch(new RegExp(`^[A-Za-z0-9]{${passwordLength}}$`));
  }
});
