import { expect, test } from "vitest";
import { localPaths } from "../../../local/environment";
import { folderOfCommand, stackOfCommand } from "../../../local/stack/stackLocation";

const paths = localPaths("/src", {});

test.each([
  [["preview"], "local"],
  [["up", "-s", "like-prod", "--yes"], "like-prod"],
  [["up", "--stack", "local"], "local"],
  [["refresh", "--stack=like-dev"], "like-dev"],
])("pulumi %j is about stack %s", (args, stack) => {
  expect(stackOfCommand(args)).toBe(stack);
});

test("a local copy of an environment has a project folder of its own", () => {
  expect(folderOfCommand(paths, ["up", "-s", "like-prod"])).toBe("/src/.local/stacks/like-prod");
  expect(folderOfCommand(paths, ["up", "-s", "local"])).toBe("/src");
});
