import type { JsonValue } from "../../foundation/json";
import { withoutProviderNotes } from "../../foundation/providerNotes";
import type { EngineEvent, Step, StepState } from "../pulumi";
import type { PropertyChange, ReportedResource } from "./model";
import { parsePath, valueAt } from "./propertyPath";

/** The engine's placeholder for a value that is only known after deployment. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The final step of each resource, in the engine's order. */
export interface Steps {
  /** From the comparison with the clouds and the database. */
  readonly refreshed: readonly Step[];
  /** From the program. A resource that is replaced has several. */
  readonly planned: readonly Step[];
}

/**
 * Separates the steps of a refresh from those of a deployment. In a preview or an up with a refresh, the engine calls
 * the first kind `refresh`; in `pulumi refresh` it names them by their result.
 */
export function stepsOf(events: readonly EngineEvent[], command: "refresh" | "deployment"): Steps {
  const refreshed = new Map<string, Step>();
  const planned = new Map<string, Step>();
  for (const { resOutputsEvent, resourcePreEvent, resOpFailedEvent } of events) {
    const step = (resOutputsEvent ?? resOpFailedEvent ?? resourcePreEvent)?.metadata;
    if (step === undefined) continue;
    if (command === "refresh" || step.op === "refresh") {
      if (resOutputsEvent !== undefined) refreshed.set(step.urn, step);
    } else {
      planned.set(`${step.urn} ${step.op}`, step);
    }
  }
  return { refreshed: [...refreshed.values()], planned: [...planned.values()] };
}

export function resourceOf({ urn, type }: Pick<Step, "urn" | "type">): ReportedResource {
  return { urn, type: shortType(type), name: urn.slice(urn.lastIndexOf("::") + 2) };
}

export function resourceAt(urn: string): ReportedResource {
  const chain = urn.split("::")[2] ?? "";
  return resourceOf({ urn, type: chain.slice(chain.lastIndexOf("$") + 1) });
}

/** Returns a type as the CLI prints it: `aws:s3/bucket:Bucket` becomes `aws:s3:Bucket`. */
function shortType(type: string): string {
  const [pack = "", module = "", name = ""] = type.split(":");
  return name === "" ? type : `${pack}:${module.split("/")[0]}:${name}`;
}

/**
 * Returns what changes about a resource: all inputs of a new one, else each property that differs.
 *
 * @param found whether the new values were found by a refresh, instead of declared by the program
 */
export function propertiesOf(step: Step, { found = false } = {}): PropertyChange[] {
  const [before, after] = [step.old ?? undefined, step.new ?? undefined];
  if (step.op === "create") {
    return Object.entries(inputsOf(after)).map(([path, to]) => ({
      path: pathOf(path),
      change: "add" as const,
      replaces: false,
      ...newValue(to),
    }));
  }
  if (after === undefined) return [];
  const details = Object.entries(step.detailedDiff ?? {});
  if (details.length === 0) {
    return (step.diffs ?? []).map((path) => ({
      path,
      change: "update" as const,
      replaces: step.keys?.includes(path) ?? false,
      ...oldValue(inputsOf(before)[path]),
      ...newValue(inputsOf(after)[path]),
    }));
  }
  return details.map(([path, { diffKind, inputDiff }]) => {
    const parts = parsePath(path);
    const [change, replaces] = diffKind.split("-");
    const old = inputDiff ? inputsOf(before) : outputsOf(before);
    const next = found && !inputDiff ? outputsOf(after) : inputsOf(after);
    return {
      path,
      change: change === "add" || change === "delete" ? change : ("update" as const),
      replaces: replaces === "replace",
      ...oldValue(valueAt(old, parts)),
      ...newValue(valueAt(next, parts)),
    };
  });
}

const inputsOf = (state: StepState | undefined) => propertiesIn(state?.inputs);
const outputsOf = (state: StepState | undefined) => propertiesIn(state?.outputs);

const propertiesIn = (properties: Record<string, unknown> | undefined) =>
  withoutProviderNotes((properties ?? {}) as JsonValue) as Record<string, JsonValue>;

function oldValue(from: JsonValue | undefined): { from?: JsonValue } {
  return from === undefined ? {} : { from };
}

function newValue(to: JsonValue | undefined): { to?: JsonValue; unknown?: true } {
  if (to === undefined) return {};
  return JSON.stringify(to).includes(unknownValue) ? { unknown: true } : { to };
}

function pathOf(key: string): string {
  return /^[^.[\]"]+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
}
