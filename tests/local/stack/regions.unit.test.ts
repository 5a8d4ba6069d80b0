import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { regionOfStack, regionsOfStacks } from "../../../local/stack/regions";

const folder = mkdtempSync(path.join(os.tmpdir(), "regions "));
afterAll(() => rmSync(folder, { recursive: true }));

test("each stack is in the region of its file; without a valid region, it is in the default one", () => {
  const write = (stack: string, text: string) =>
    writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), text);
  write("local", "config:\n  aws:region: us-east-1\n");
  write("prod", "config:\n  aws:region: eu-central-1\n");
  write("dev", "config: {}\n");
  write("broken", "config: {\n");
  write("odd", "config:\n  aws:region: [a, b]\n");
  write("path", "config:\n  aws:region: ../..\n");
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: x\n");

  const stacks = ["local", "prod", "dev", "broken", "odd", "path", "absent"];
  expect(stacks.map((stack) => regionOfStack(folder, stack))).toEqual([
    ...["us-east-1", "eu-central-1", "us-east-1", "us-east-1", "us-east-1", "us-east-1", "us-east-1"],
  ]);
  expect(regionsOfStacks(folder)).toEqual(["eu-central-1", "us-east-1"]);

  write("prod", "config: { thorbis-supabase:backup: { replica: { region: us-west-2 } } }\n");
  write("odd", "config: { thorbis-supabase:backup: { replica: { region: ../.. } } }\n");
  expect(regionsOfStacks(folder)).toEqual(["us-east-1", "us-west-2"]);
});
