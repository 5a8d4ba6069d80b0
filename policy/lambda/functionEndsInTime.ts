import type { ResourceRule } from "../rule";

/** Lambda's maximum is 900 seconds. */
const longestSeconds = 300;

export const functionEndsInTime: ResourceRule = {
  name: "function-ends-in-time",
  description: "A function times out after five minutes at most.",
  severity: "low",
  controls: [],
  types: ["aws:lambda/function:Function"],
  problem: ({ timeout }) =>
    typeof timeout === "number" && timeout > longestSeconds
      ? `must have a timeout of at most ${longestSeconds} seconds`
      : undefined,
};
