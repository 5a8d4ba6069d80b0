import path from "node:path";
import { expect } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import type { World } from "./world";

/** Compares a text with an example in the documentation, without the parts that differ between runs. */
export async function expectExample(world: World, name: string, text: string | undefined): Promise<void> {
  const stable = (text ?? "")
    .replaceAll(world.head, "0123456789abcdef0123456789abcdef01234567")
    .replaceAll(world.head.slice(0, 12), "0123456789ab")
    .replace(/run \d+\.1 -->/, "run 100.1 -->")
    .replace(/[\d.]+ s( ·|<)/, "12 s$1")
    .replace(/actions\/runs\/\d+/, "actions/runs/100");
  await expect(`${stable}\n`).toMatchFileSnapshot(
    path.join(checkoutRoot(), "docs", "examples", `${name}.md`),
  );
}
