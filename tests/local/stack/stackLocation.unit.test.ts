import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { localPaths } from "../../../local/environment";
import {
  folderOfCommand,
  requireEnvironment,
  requireStack,
  stackOfCommand,
} from "../../../local/stack/stackLocation";

const checkout = mkdtempSync(path.join(os.tmpdir(), "stack location "));
const paths = localPaths(checkout, {});
for (const stack of ["local", "prod", "dev"]) writeFileSync(path.join(checkout, `Pulumi.${stack}.yaml`), "");
afterAll(() => rmSync(checkout, { recursive: true }));

test.each([
  [["preview"], "local"],
  [["up", "-s", "like-prod", "--yes"], "like-prod"],
  [["up", "--stack", "local"], "local"],
  [["refresh", "--stack=like-dev"], "like-dev"],
])("pulumi %j uses stack %s", (args, stack) => {
  expect(stackOfCommand(args)).toBe(stack);
});

test("a local copy of an environment has its own project folder after it was created", () => {
  const folder = path.join(checkout, ".local/stacks/like-prod");
  const command = ["up", "-s", "like-prod"];

  expect(folderOfCommand(paths, ["up", "-s", "local"])).toBe(checkout);
  expect(() => folderOfCommand(paths, command)).toThrow(
    "There is no local copy like-prod yet: create it with `npm start -- --like prod`.",
  );
  mkdirSync(folder, { recursive: true });
  expect(folderOfCommand(paths, command)).toBe(folder);
});

test("--like takes the stacks that have a file, the embedded one excepted", () => {
  requireEnvironment(checkout, "dev");
  for (const name of ["nothing", "local", "../dev", ""]) {
    expect(() => requireEnvironment(checkout, name)).toThrow(
      `There is no environment ${name} to copy: --like takes dev or prod.`,
    );
  }
});

test.each(["dev", "local", "like-prod", "organization/thorbis/prod"])("%s is a stack", (stack) => {
  expect(() => requireStack(checkout, stack)).not.toThrow();
});

test.each([
  ["nosuch", "nosuch"],
  ["organization/thorbis/nosuch", "nosuch"],
  ["dev/", ""],
])("%s is refused in one sentence, because it is not a stack", (stack, name) => {
  expect(() => requireStack(checkout, stack)).toThrow(
    `There is no stack ${stack}, because there is no file Pulumi.${name}.yaml: the stacks are dev, local, prod.`,
  );
});
