import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";
import { userCache } from "../../foundation/userCache";

/** Returns the folder of the SQL and C sources, also when the code runs from a bundle elsewhere in the checkout. */
export function sourceFolder(): string {
  return path.join(checkoutRoot(), "emulators", "postgres");
}

/** Returns the folder of files that are built once per user and shared by all checkouts. */
export function postgresCache(environment: NodeJS.ProcessEnv = process.env): string {
  return userCache("postgres", environment);
}
