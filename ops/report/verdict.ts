import { exitCodes } from "../pulumi";
import { type Change, isDestructive, type Report } from "./model";

type Facts = Omit<Report, "verdict" | "version"> & {
  readonly exitCode: number;
  /** Whether the change could not be deployed to a copy although its preview succeeded. */
  readonly copyFailed?: boolean;
};

/** Returns the result in one word and one sentence. */
export function verdictOf(facts: Facts): Report["verdict"] {
  const { exitCode, errors, policies } = facts;
  const violations = policies.filter(({ level }) => level === "mandatory").length;
  if (exitCode === exitCodes.cancelled) {
    const sentence = `${nameOf(facts)} was cancelled before it ended.`;
    return {
      status: "cancelled",
      sentence: facts.kind === "up" ? `${sentence} Changes made before that remain.` : sentence,
    };
  }
  if (exitCode !== exitCodes.success && exitCode !== exitCodes.changesFound) {
    const own = errors.filter(({ source }) => source !== "configuration" && source !== "policy");
    if (own.length === 0 && violations > 0) {
      const sentence = `${count(violations, "policy is", "policies are")} violated; nothing was changed.`;
      return { status: "refused", sentence };
    }
    if (own.length === 0 && errors.length > 0) {
      return { status: "refused", sentence: "The configuration has errors; nothing was changed." };
    }
    return { status: "failed", sentence: failure(facts) };
  }
  if (facts.copyFailed === true) {
    const number = errors.length === 0 ? "" : ` with ${count(errors.length, "error", "errors")}`;
    return {
      status: "failed",
      sentence: `The preview succeeded, but the deployment of the change to a copy of its base failed${number}.`,
    };
  }
  const { changes, drift, kind } = facts;
  if (changes.length === 0 && drift.length === 0) return { status: "unchanged", sentence: nothing(kind) };
  const sentences =
    kind === "drift"
      ? [driftFound(facts), notDeployed(facts)]
      : [effect(facts), findings(facts), driftBeside(facts)];
  return { status: "changes", sentence: sentences.filter((sentence) => sentence !== "").join(" ") };
}

function nothing(kind: Report["kind"]): string {
  if (kind === "drift") return "Nothing was changed outside of Pulumi.";
  if (kind === "up") return "Nothing had to be changed.";
  return "There is nothing to do: code, state and services agree.";
}

function failure(facts: Facts): string {
  const number = facts.errors.length === 0 ? "" : ` with ${count(facts.errors.length, "error", "errors")}`;
  const sentence = `${nameOf(facts)} failed${number}.`;
  if (facts.kind !== "up") return `${sentence} Nothing was changed.`;
  return `${sentence} Changes made before the failure remain: the next deployment continues from there.`;
}

function nameOf({ kind }: Facts): string {
  if (kind === "up") return "The deployment";
  return kind === "drift" ? "The search for drift" : "The preview";
}

const verbs: Readonly<Record<Change["operation"], readonly [future: string, past: string]>> = {
  replace: ["replaces", "replaced"],
  delete: ["deletes", "deleted"],
  create: ["creates", "created"],
  update: ["updates", "updated"],
  import: ["imports", "imported"],
  read: ["reads", "read"],
  forget: ["forgets", "forgot"],
};

function effect({ changes, kind }: Facts): string {
  const past = kind === "up";
  if (changes.length === 0) {
    return past ? "The code had nothing to change." : "The code changes nothing.";
  }
  const operations = (Object.keys(verbs) as Change["operation"][]).flatMap((operation) => {
    const number = changes.filter((change) => change.operation === operation).length;
    return number === 0 ? [] : [`${verbs[operation][past ? 1 : 0]} ${number}`];
  });
  const loss = changes.some(isDestructive) ? "" : " Nothing is replaced or deleted.";
  const noun = changes.length === 1 ? "resource" : "resources";
  return `${past ? "The deployment" : "The change"} ${listed(operations)} ${noun}.${past ? "" : loss}`;
}

/** Returns the advisors' verdict on the change. */
function findings({ advisors }: Facts): string {
  if (advisors === undefined || advisors.added.length === 0) return "";
  return `Supabase's advisors have ${count(advisors.added.length, "new finding", "new findings")}.`;
}

/** Returns the manual changes, separately from the change. */
function driftBeside({ drift, kind }: Facts): string {
  const number = (...outcomes: string[]) => drift.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const [repaired, kept] = [number("repaired", "overwritten"), number("kept", "blocks")];
  const past = kind === "up";
  const sentences = [
    ...(repaired === 0
      ? []
      : [
          `The deployment also ${past ? "reverted" : "reverts"} ${count(repaired, "manual change", "manual changes")}.`,
        ]),
    ...(kept === 0
      ? []
      : [`${capital(count(kept, "manual change", "manual changes"))} ${past ? "stayed" : "would stay"}.`]),
  ];
  return sentences.join(" ");
}

function driftFound({ drift }: Facts): string {
  const open = drift.filter(({ waiver }) => waiver === undefined);
  const severe = open.filter(({ severity }) => severity === "high").length;
  const note = severe === 0 ? "" : `, ${severe} of them about access`;
  const waived = drift.length - open.length;
  return [
    ...(open.length === 0
      ? []
      : [`${count(open.length, "difference was", "differences were")} made outside of Pulumi${note}.`]),
    ...(waived === 0 ? [] : [`${count(waived, "difference is", "differences are")} accepted for now.`]),
  ].join(" ");
}

/** Returns the result of the second check of a search for drift. */
function notDeployed({ changes }: Facts): string {
  return changes.length === 0
    ? ""
    : `The code has changes of ${count(changes.length, "resource", "resources")} that were not deployed.`;
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
