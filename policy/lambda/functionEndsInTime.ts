import type { ResourceRule } from "../rule";

/** Lambda's maximum is 900 seconds. */
const maxSeconds = 300;

export const functionEndsInTime: ResourceRule = {
  name: "function-ends-in-time",
  description: "A function times out after five minutes at most.",
  severity: "low",
  controls: [],
  types: ["aws:lambda/function:Function"],
  problem: ({ timeout }) =>
    typeof timeout === "number" && timeout > maxSeconds
      ? `must have a timeout of at most ${maxSeconds} seconds`
      : undefined,
};
