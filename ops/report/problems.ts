import { addedInAws, changedOutside } from "../../plugins/supabasex/bundleMessages";
import { type Diagnostic, type EngineEvent, exitCodes, type PulumiRun } from "../pulumi";
import { isBundle } from "./bundles";
import type { PolicyResult, Problem } from "./model";
import { resourceAt } from "./steps";

const configurationIssue = /^The configuration of stack \S+ has /;

/** Messages that the engine adds to every failure. They contain no information. */
const summaries =
  /^(preview failed|update failed|refresh failed|update canceled|preview canceled|refresh canceled|operation canceled)$/;

/** Returns the errors of a run, each with its source. A run that failed always has one, unless it violates a policy. */
export function errorsOf(run: Pick<PulumiRun, "events" | "stderr" | "exitCode">): Problem[] {
  const { events, stderr, exitCode } = run;
  const errors = diagnosticsOf(events)
    .filter(({ severity }) => severity === "error")
    .map(problemOf)
    .filter(({ message }) => !summaries.test(message));
  const isExplained =
    exitCode === exitCodes.success ||
    exitCode === exitCodes.changesFound ||
    policiesOf(events).some(({ level }) => level === "mandatory");
  if (errors.length > 0 || isExplained) return errors;
  // The engine did not run, or the CLI failed after it.
  const messages = commandErrors(stderr).filter((message) => !summaries.test(message));
  if (messages.length === 0 && exitCode !== exitCodes.cancelled) {
    messages.push(
      `The CLI ended with exit code ${exitCode} and without an error message: its output is above this report, or in the job's log.`,
    );
  }
  return messages.map((message) => ({ source: "command", message }));
}

/** Returns the errors that the CLI prints, each with its indented lines, such as the owner of a lock. */
function commandErrors(stderr: string): string[] {
  const messages: string[][] = [];
  let current: string[] | undefined;
  for (const line of stderr.split("\n")) {
    const [, message] = /^\s*error: (.*)/.exec(line) ?? [];
    if (message !== undefined) {
      current = [message.trim()];
      messages.push(current);
    } else if (/^\s+\S/.test(line)) current?.push(line.trimEnd());
    else current = undefined;
  }
  return messages.map((lines) => lines.join("\n"));
}

/** Returns warnings, without those of SQL bundles, which have their own section. */
export function warningsOf(events: readonly EngineEvent[]): Problem[] {
  return diagnosticsOf(events)
    .filter(({ severity, urn }) => severity === "warning" && !(urn !== undefined && isBundle(urn)))
    .map(problemOf);
}

const findings = [changedOutside, addedInAws];

/** Returns the messages of a run, without those about what a refresh found, which the report reads from the state. */
export function diagnosticsOf(events: readonly EngineEvent[]): Diagnostic[] {
  return events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent === undefined || findings.some((title) => diagnosticEvent.message.startsWith(title))
      ? []
      : [diagnosticEvent],
  );
}

function problemOf({ urn, message }: Diagnostic): Problem {
  const text = message.trim();
  if (configurationIssue.test(text)) return { source: "configuration", message: text };
  const isStack = urn === undefined || urn === "" || urn.includes("::pulumi:pulumi:Stack::");
  return isStack
    ? { source: "program", message: text }
    : { source: "resource", resource: resourceAt(urn), message: text };
}

/** Returns the results of the policy packs, violations first. */
export function policiesOf(events: readonly EngineEvent[]): PolicyResult[] {
  return events
    .flatMap(({ policyEvent }) => policyEvent ?? [])
    .map(
      ({ resourceUrn, message, policyName, policyPackName, enforcementLevel }): PolicyResult => ({
        pack: policyPackName,
        policy: policyName,
        level: enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        ...(resourceUrn === undefined ? {} : { resource: resourceAt(resourceUrn) }),
        message: message.trim(),
      }),
    )
    .sort((one, other) => Number(other.level === "mandatory") - Number(one.level === "mandatory"));
}
