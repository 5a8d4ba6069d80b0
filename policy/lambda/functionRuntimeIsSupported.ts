import type { ResourceRule } from "../rule";

/** Runtimes that AWS still patches on 2026-11-29 (AWS Lambda, "Supported runtimes"). */
const supported: readonly string[] = ["nodejs22.x", "nodejs24.x"];

export const functionRuntimeIsSupported: ResourceRule = {
  name: "function-runtime-is-supported",
  description: "A function runs on a version of Node that AWS patches.",
  severity: "medium",
  controls: ["CKV_AWS_363", "Lambda.2"],
  types: ["aws:lambda/function:Function"],
  problem: ({ runtime }) =>
    runtime === undefined || supported.includes(String(runtime))
      ? undefined
      : `must run on ${supported.join(" or ")}`,
};
