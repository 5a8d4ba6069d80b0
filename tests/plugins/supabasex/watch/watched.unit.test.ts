import { expect, test } from "vitest";
import { changesSince } from "../../../../plugins/supabasex/provider/watch/watched";

const severityOf = (identity: string) =>
  changesSince({ network: {} }, { network: { [identity]: "added" } }).map(({ severity }) => severity);

test.each([
  ["network endpoint vpce-0123456789abcdef0", "opens"],
  ["network peering pcx-0123456789abcdef0", "opens"],
  ["network subnet subnet-0123456789abcdef0", "extra"],
  ["network security group by-hand", "extra"],
])("%s, added outside of the stack: %s", (identity, severity) => {
  expect(severityOf(identity)).toEqual([severity]);
});
