import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";

test("the README shows the example that runs on the engine", () => {
  const root = checkoutRoot();
  const example = readFileSync(path.join(import.meta.dirname, "example", "noteProvider.ts"), "utf8");

  const shown = /```ts\n([\s\S]*?)```/.exec(
    readFileSync(path.join(root, "plugins/provider-host/README.md"), "utf8"),
  )?.[1];

  expect(shown).toBe(
    example
      .replaceAll('"../../../../plugins/provider-host/', '"./')
      .replaceAll('"../../../../foundation/', '"../../foundation/'),
  );
});
