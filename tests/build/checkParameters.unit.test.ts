import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "parameters-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Checks one file per text. Returns the exit code and one line per finding. */
function check(texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([name, text]) => {
    const file = path.join(folder, `${name}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const script = path.join(checkoutRoot(), "build", "checkParameters.cjs");
  const { status, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: "utf8" });
  return { status, lines: stderr.replaceAll(`${folder}${path.sep}`, "").split("\n").filter(Boolean) };
}

test("a fourth positional parameter is reported with its function", () => {
  const advice = "has more than 3 positional parameters. Pass the others as one object with named fields.";
  const texts = {
    function: "\nfunction f(a: 1, b: 1, c: 1, d: 1) {}",
    arrow: "const g = (a: 1, b: 1, c: 1, d: 1) => {};",
    method: "class A { m(a: 1, b: 1, c: 1, d = 1) {} }",
    constructor: "class A { constructor(a: 1, b: 1, c: 1, d: 1) {} }",
    signature: "interface A { n(a: 1, b: 1, c: 1, d: 1): void }",
    objects: "function h(a: 1, b: 1, c: 1, { d }: D, options: O) {}",
  };
  expect(check(texts)).toEqual({
    status: 1,
    lines: [
      `function.ts:2: f ${advice}`,
      `arrow.ts:1: g ${advice}`,
      `method.ts:1: m ${advice}`,
      `constructor.ts:1: the constructor ${advice}`,
      `signature.ts:1: n ${advice}`,
      `objects.ts:1: h ${advice}`,
    ],
  });
});

test("named fields, options, a context, rest parameters and arguments of calls are accepted", () => {
  const texts = {
    fields: "function f(a: 1, b: 1, c: 1, { d }: { d: 1 }) {}",
    options: "function f(a: 1, b: 1, c: 1, options: O) {}",
    context: "function f(a: 1, b: 1, c: 1, context: C) {}",
    rest: "function f(a: 1, b: 1, c: 1, ...d: 1[]) {}",
    receiver: "function f(this: A, a: 1, b: 1, c: 1) {}",
    argument: "test.each([[1, 2, 3, 4]])('', (a, b, c, d) => {});",
  };
  expect(check(texts)).toEqual({ status: 0, lines: [] });
});
