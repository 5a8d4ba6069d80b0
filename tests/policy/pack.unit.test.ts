import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

test("the SDK's runner starts the pack in this checkout, whose tsconfig.json its ts-node obeys", async () => {
  const runner = path.join(checkoutRoot(), "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  const engine = "127.0.0.1:1";
  const pack = spawn(process.execPath, [runner, engine, "policy"], { cwd: checkoutRoot() });
  const ended = once(pack, "exit");
  let errors = "";
  pack.stderr.on("data", (data) => {
    errors += String(data);
  });

  const first = await Promise.race([once(pack.stdout, "data"), ended]);
  pack.kill();
  await ended;

  // A pack that has started prints the port on which it listens.
  expect(String(first[0]), errors).toMatch(/^\d{4,5}\n$/);
});
