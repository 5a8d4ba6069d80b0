import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { supportedMajors } from "../emulators/postgres/installation/majors";
import { checkoutRoot } from "../foundation/checkout";
import { localPaths } from "../local/environment";

// README.md is the first page that a reader sees: every script, file and version that it names must exist.

const root = checkoutRoot();
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const all = (pattern: RegExp) => [...readme.matchAll(pattern)].map(([, found]) => found ?? "");

test("every npm script that it names exists", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: object;
  };
  const named = [...all(/npm run (?:-s )?([a-z][a-z:-]*)/g), ...all(/npm (start|test)\b/g)];

  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every file and folder that it links to or lists exists", () => {
  const named = [...all(/\]\(([^)#:]+)\)/g), ...all(/^\| `([^`]+)`/gm)];

  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
});

test("the versions of PostgreSQL that it asks for are those that the commands accept", () => {
  expect(readme).toContain(`${supportedMajors.join(", ").replace(/, (\d+)$/, " or $1")}, with pg_cron`);
});

test("the CLI looks for manually installed plugins in the folders that it names", () => {
  const { officialPulumiHome } = localPaths(root, {});

  expect(readme).toContain("`plugins/resource-<name>-v<version>/` below the Pulumi home");
  expect(readme).toContain(`\`${path.relative(root, officialPulumiHome)}\``);
});
