import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { userCache } from "../../local/userCache";

/** Where this folder's SQL and C are, also when the code runs from a bundle elsewhere in the checkout. */
export function sourceFolder(): string {
  return path.join(checkoutRoot(), "emulators", "postgres");
}

/** What is built once per user and used by every checkout. */
export function postgresCache(environment: NodeJS.ProcessEnv = process.env): string {
  return userCache("postgres", environment);
}
