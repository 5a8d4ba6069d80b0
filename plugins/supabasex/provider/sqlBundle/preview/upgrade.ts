import type { CallContext } from "../../../../provider-host/provider";
import type { Catalog } from "../catalog";
import { serverIdentity } from "../catalog/serverVersion";

/**
 * Reports that PostgreSQL was upgraded since the version in the state; nothing if it is the same.
 *
 * @param from - Major version of the last deployment or refresh.
 * @param now - The current catalog.
 */
export function announceUpgrade(from: number | undefined, now: Catalog, context: CallContext): void {
  const to = now[serverIdentity]?.majorVersion;
  if (from === undefined || to === undefined || from === to) return;
  context.log(
    "info",
    `PostgreSQL was upgraded from ${from} to ${to} since the last deployment. Until the next \`pulumi up\`, definitions that ${to} may print differently (views, policies, defaults, checks) are not compared.`,
  );
}
