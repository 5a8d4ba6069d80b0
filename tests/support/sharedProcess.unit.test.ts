import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

test("no module of several test files registers hooks or tests when it is loaded, because a process loads it once", () => {
  const tests = path.join(checkoutRoot(), "tests");
  const modules = readdirSync(tests, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  );

  const registering = modules.filter((file) =>
    /^(?:beforeAll|beforeEach|afterAll|afterEach|describe|test|it)[.(]/m.test(
      readFileSync(path.join(tests, file), "utf8"),
    ),
  );

  expect(registering).toEqual([path.join("support", "sharedProcess.ts")]);
});
