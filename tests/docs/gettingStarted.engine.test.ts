import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { expectNoProcesses } from "../support/processes";
import { repositoryOf } from "../support/repository";

// Runs docs/getting-started.md like a new user: every line of its shell blocks, in one shell, in a fresh clone.

interface Step {
  readonly command: string;
  /** 0, or the exit code in a comment after the command: `# exits with 7`. */
  readonly expected: number;
}

interface Outcome extends Step {
  readonly exitCode: number;
  readonly output: string;
}

/** Returns the commands of a page, in its order. */
function stepsOf(page: string): Step[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  return blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => line !== "")
    .map((line) => {
      const exit = /\s+# exits with (\d+)$/.exec(line);
      return { command: line.slice(0, exit?.index), expected: Number(exit?.[1] ?? 0) };
    });
}

const root = checkoutRoot();
const mark = "@@ step ended with";
let base: string;
let checkout: string;
let outcomes: Outcome[];

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "getting-started-"));
  checkout = path.join(base, "stack");
  const { folder: repository } = await repositoryOf(path.join(base, "repository"));
  const steps = stepsOf(readFileSync(path.join(root, "docs", "getting-started.md"), "utf8"));
  // Links the packages, so that `npm start` finds them installed.
  const packages = `cp -al ${path.join(root, "node_modules")} ${path.join(checkout, "node_modules")}`;
  const script = steps.flatMap(({ command }) => [
    command.replace("<repository>", repository),
    `printf '\\n${mark} %s\\n' $?`,
    ...(command.startsWith("git clone") ? [packages] : []),
  ]);
  const { THORBIS_LOCAL_DIRECTORY: _own, ...environment } = process.env;
  const { all } = await execa("bash", ["-c", script.join("\n")], {
    cwd: base,
    env: environment,
    extendEnv: false,
    all: true,
    reject: false,
    stdin: "ignore",
  });
  const parts = all.split(new RegExp(`\n${mark} (\\d+)\n?`));
  outcomes = steps.map((step, at) => ({
    ...step,
    exitCode: Number(parts[2 * at + 1] ?? -1),
    output: parts[2 * at] ?? "",
  }));
});

afterAll(async () => {
  if (existsSync(path.join(checkout, ".local"))) {
    await execa("npm", ["run", "down"], { cwd: checkout, reject: false });
  }
  await rm(base, { recursive: true, force: true });
});

/** Returns the result of the n-th command with this beginning. */
function outcomeOf(beginning: string, at = 0): Outcome {
  const found = outcomes.filter(({ command }) => command.startsWith(beginning))[at];
  if (found === undefined)
    throw new Error(`the page has no command ${at + 1} that begins with: ${beginning}`);
  return found;
}

describe("the page for new users", () => {
  test("has a command for each step from clone to down", () => {
    expect(outcomes.length).toBeGreaterThanOrEqual(15);
    expect(outcomes.at(-1)?.command).toBe("npm run down");
  });

  test("every command exits with the code on the page", () => {
    const otherwise = outcomes.filter(({ exitCode, expected }) => exitCode !== expected);

    expect(otherwise).toEqual([]);
  });

  test("the preview shows the new column, and the deployment creates it", () => {
    expect(outcomeOf("npm run preview").output).toContain("points");
    expect(outcomeOf("npm run deploy").output).toContain("20270101000000_points.sql");
  });

  test("the search for drift names the dropped policy, and finds nothing after the next deployment", () => {
    expect(outcomeOf("npm run drift").output).toContain("policy shared.customers tenant_isolation");
    expect(outcomeOf("npm run drift", 1).output).not.toContain("tenant_isolation");
  });

  test("the restore recovers the deleted tenant", () => {
    expect(outcomeOf('psql "$DATABASE_URL" -tAc').output.trim()).toBe("First tenant");
  });

  test("down leaves neither files nor processes", async () => {
    expect(existsSync(path.join(checkout, ".local"))).toBe(false);
    await expectNoProcesses(checkout);
  });
});
