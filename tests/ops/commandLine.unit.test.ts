import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { UserError } from "../../foundation/userError";
import { checkedOutCommit, namedStack, requireCommit } from "../../ops/commandLine";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Returns a checkout with one commit, which git uses until the end of the test. */
function checkout() {
  const folder = mkdtempSync(path.join(os.tmpdir(), "checkout-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  git("init", "--quiet");
  git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "-m", "a");
  vi.stubEnv("GIT_DIR", path.join(folder, ".git"));
  vi.stubEnv("GIT_WORK_TREE", folder);
  return { folder, git };
}

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

test("a checkout whose changes git cannot list is refused, and not read as unchanged", () => {
  const { folder } = checkout();
  expect(requireCommit()).toMatch(/^[0-9a-f]{40}$/);
  writeFileSync(path.join(folder, ".git", "index"), "damaged");

  expect(() => requireCommit()).toThrow(
    new UserError(
      "A plan is bound to a commit, and `git status` fails in this checkout: run it to see why, and repair the checkout.",
    ),
  );
});

test("an added file is found, even if the user's configuration of git hides such files", () => {
  const { folder, git } = checkout();
  git("config", "status.showUntrackedFiles", "no");
  expect(requireCommit()).toMatch(/^[0-9a-f]{40}$/);
  writeFileSync(path.join(folder, "points.sql"), "");

  expect(() => requireCommit()).toThrow(
    new UserError(
      "A plan is bound to a commit, but the checkout has uncommitted changes (?? points.sql): commit them first.",
    ),
  );
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

test("a list of changes that is longer than a megabyte is read, and its first entry named", () => {
  const { folder } = checkout();
  for (let at = 0; at < 5200; at++) writeFileSync(path.join(folder, `${at}-${"x".repeat(200)}`), "");

  expect(() => requireCommit()).toThrow("the checkout has uncommitted changes (?? 0-xxx");
});
