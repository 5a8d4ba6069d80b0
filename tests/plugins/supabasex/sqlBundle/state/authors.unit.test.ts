import { expect, test } from "vitest";
import { parseDriftText } from "../../../../../plugins/supabasex/bundleMessages";
import {
  type Drift,
  driftLines,
  withAuthors,
} from "../../../../../plugins/supabasex/provider/sqlBundle/state/drift";

const identity = "view public.everyone";
const drift: Drift = { [identity]: "not made by the bundle [opens]" };

// The client chooses the name of its application, which the log repeats.
test.each([
  ["a bracket", "by postgres via a] b at noon", "by postgres via a) b at noon"],
  [
    "a severity of its own",
    "by mallory via x] [extra; by ci at noon",
    "by mallory via x) (extra; by ci at noon",
  ],
  [
    "a pattern of String.replace",
    "by postgres via $& $` $' $1 at noon",
    "by postgres via $& $` $' $1 at noon",
  ],
])(
  "an application with %s in its name changes neither the severity nor the rest of the report",
  (_, author, shown) => {
    const signed = withAuthors(drift, new Map([[identity, author]]));

    expect(parseDriftText(String(signed[identity]))).toEqual({
      change: "not made by the bundle",
      severity: "opens",
      author: shown,
    });
    expect(driftLines(signed)).toEqual([`opens    ${identity}: not made by the bundle (${shown})`]);
  },
);
