import { expect, test } from "vitest";
import { describeError, UserError } from "../../foundation/userError";

test("an error for users is described only by its sentence", () => {
  expect(describeError(new UserError("Port 1 is taken: choose another."))).toBe(
    "Port 1 is taken: choose another.",
  );
});

test("any other error keeps its stack trace", () => {
  expect(describeError(new TypeError("boom"))).toMatch(/^TypeError: boom\n\s+at .*userError\.unit\.test/);
});

test("a thrown value that is not an error is described as text", () => {
  expect(describeError("boom")).toBe("boom");
  expect(describeError(undefined)).toBe("undefined");
});

test("the exit code is 1 unless another is given, and the cause is kept", () => {
  const cause = new Error("cause");

  expect(new UserError("x")).toMatchObject({ exitCode: 1, name: "UserError" });
  expect(new UserError("x", 7, { cause })).toMatchObject({ exitCode: 7, cause });
});
