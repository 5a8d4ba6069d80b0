import type { CallContext } from "../../../../host/provider";
import type { Reporter } from "../apply/request";

/** Progress as lines that replace each other below the resource; warnings that stay. */
export function reporter(context: CallContext): Reporter {
  return {
    progress: (line) => context.log("info", line, { ephemeral: true }),
    warn: (line) => context.log("warning", line),
  };
}
