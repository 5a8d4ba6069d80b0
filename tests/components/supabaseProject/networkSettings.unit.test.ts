import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { networkSettings } from "../../../components/supabaseProject/networkSettings";

const admitted = "54.0.0.1";
const restrictionsOf = (allowedCidrs: string[], address?: string): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const { restrictions } = networkSettings({ allowedCidrs }, address);
    pulumi.output(restrictions).apply((list) => resolve(list as readonly string[]));
  });

test.each([
  [
    "behind the other IPv4 blocks",
    ["203.0.113.0/24", "2001:db8::/32"],
    ["203.0.113.0/24", "54.0.0.1/32", "2001:db8::/32"],
  ],
  [
    "if only IPv6 blocks are configured",
    ["203.0.113.0/24", "::/0"],
    ["203.0.113.0/24", "54.0.0.1/32", "::/0"],
  ],
  ["once, if the configuration also contains it", ["54.0.0.1/32"], ["54.0.0.1/32"]],
  ["not at all if everyone may connect", ["0.0.0.0/0", "::/0"], ["0.0.0.0/0", "::/0"]],
])("the address of the backups is allowed %s", async (_, allowed, expected) => {
  expect(await restrictionsOf(allowed, admitted)).toEqual(expected);
});

test("without such an address the blocks are those of the configuration", async () => {
  expect(await restrictionsOf(["203.0.113.0/24"])).toEqual(["203.0.113.0/24"]);
});
