import { loadStackConfig } from "./config";
import { claimNames } from "./stack/ownership/ownership";

/** What the engine runs: everything that can be refused first, and then the stack (index.ts), whose exports are its outputs. */
async function main(): Promise<Record<string, unknown>> {
  await claimNames(loadStackConfig());
  return { ...(await import("./index")) };
}

export = main;
