import type { CallContext } from "../../../../provider-host/provider";
import type { Reporter } from "../apply/request";

/**
 * Reports progress as lines that replace each other below the resource, and warnings and the server's notices as lines
 * that stay. A notice is shown once, regardless of how often its file runs until the transaction succeeds.
 */
export function reporter(context: CallContext): Reporter {
  const noticed = new Set<string>();
  return {
    progress: (line) => context.log("info", line, { ephemeral: true }),
    warn: (line) => context.log("warning", line),
    notice: (severity, line) => {
      if (noticed.has(line)) return;
      noticed.add(line);
      context.log(severity === "WARNING" ? "warning" : severity.startsWith("DEBUG") ? "debug" : "info", line);
    },
  };
}
