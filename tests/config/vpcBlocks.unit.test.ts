import { expect, test } from "vitest";
import { quartersOf, vpcBlockProblem } from "../../config/aws/vpcBlocks";

test.each(["10.80.0.0/24", "172.16.0.0/16", "192.168.255.192/26"])("accepts %s", (block) => {
  expect(vpcBlockProblem(block)).toBeUndefined();
});

const shape = "must be a private IPv4 block such as 10.80.0.0/24";
test.each([
  ["10.80/24", shape],
  ["10.80.0.0", shape],
  ["8.8.8.0/24", shape],
  ["172.32.0.0/16", shape],
  ["fd00::/24", shape],
  ["10.80.0.0/15", "must have a prefix of 16 to 26"],
  ["10.80.0.0/27", "must have a prefix of 16 to 26"],
  ["10.80.0.1/24", "must not have bits set beyond its prefix of 24"],
])("refuses %s", (block, problem) => {
  expect(vpcBlockProblem(block)).toBe(problem);
});

test.each([
  ["10.80.0.0/24", ["10.80.0.0/26", "10.80.0.64/26", "10.80.0.128/26", "10.80.0.192/26"]],
  ["172.16.0.0/16", ["172.16.0.0/18", "172.16.64.0/18", "172.16.128.0/18", "172.16.192.0/18"]],
  [
    "192.168.255.192/26",
    ["192.168.255.192/28", "192.168.255.208/28", "192.168.255.224/28", "192.168.255.240/28"],
  ],
])("divides %s into four", (block, quarters) => {
  expect(quartersOf(block)).toEqual(quarters);
});
