import { afterEach, expect, test, vi } from "vitest";
import { UserError } from "../../foundation/userError";
import { checkedOutCommit, namedStack, requireCommit } from "../../ops/commandLine";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a plan needs git and is refused without it; a report then omits the commit", () => {
  expect(checkedOutCommit()).toMatch(/^[0-9a-f]{40}$/);
  vi.stubEnv("PATH", "/no/such/folder");

  expect(() => requireCommit()).toThrow(
    new UserError(
      "A plan is bound to a commit, and `git` is not on PATH: install git, then run this command again.",
    ),
  );
  expect(checkedOutCommit()).toBeUndefined();
});

test.each<[string | undefined, string | undefined, string]>([
  [undefined, undefined, "Name the stack: npm run env -- dev"],
  ["", undefined, "Name the stack: npm run env -- dev"],
  ["dev", "prod", "Name one stack: dev or prod."],
  ["dev prod", undefined, '"dev prod" is not the name of a stack.'],
  [undefined, "a/b/c/d", '"a/b/c/d" is not the name of a stack.'],
])("the stack %j with --stack %j is refused", (argument, stack, message) => {
  const options = stack === undefined ? {} : { stack };

  expect(() => namedStack(argument, options, "env")).toThrow(new UserError(message));
});

test.each(["dev", "like-prod", "organization/dev", "organization/project/dev"])(
  "the stack %s is accepted",
  (name) => {
    expect(namedStack(name, {}, "env")).toBe(name);
    expect(namedStack(undefined, { stack: name }, "env")).toBe(name);
  },
);
