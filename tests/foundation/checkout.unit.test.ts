import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "check out "));
  await mkdir(path.join(folder, "project", "dist", "plugins"), { recursive: true });
  await writeFile(path.join(folder, "project", "Pulumi.yaml"), "");
});

afterAll(() => rm(folder, { recursive: true }));

test("the root is the nearest folder above that has a Pulumi.yaml", () => {
  const root = path.join(folder, "project");

  expect(checkoutRoot(path.join(root, "dist", "plugins"))).toBe(root);
  expect(checkoutRoot(root)).toBe(root);
});

test("there is no root outside of a checkout", () => {
  expect(() => checkoutRoot(folder)).toThrow(`no Pulumi.yaml above ${folder}`);
});
