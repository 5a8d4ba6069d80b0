import { loadStackConfig } from "./config";
import { claimNames } from "./stack/ownership/ownership";

/** Runs the program: first all checks, then the stack (index.ts), whose exports are its outputs. */
async function main(): Promise<Record<string, unknown>> {
  await claimNames(loadStackConfig());
  return { ...(await import("./index")) };
}

export = main;
