import { isProduction, type ResourceRule, type StackResource, type StackRule } from "./rule";
import { holds, type Waiver, waiverOf } from "./waivers";

export interface Judgement {
  readonly waivers: readonly Waiver[];
  readonly now: Date;
  /** The file with the waivers. Default `policy/waivers.ts`. */
  readonly file?: string;
}

/**
 * Returns the violation of a rule as a sentence without its subject; undefined if there is none or a waiver applies.
 */
export function violationOf(
  rule: Pick<ResourceRule | StackRule, "name">,
  resource: string,
  message: string,
  { waivers, now, file = "policy/waivers.ts" }: Judgement,
): string | undefined {
  const waiver = waiverOf(waivers, rule.name, resource);
  if (waiver === undefined) return `${message}.`;
  if (holds(waiver, now)) return undefined;
  return `${message}; the waiver of ${waiver.owner} expired on ${waiver.until}: renew it in ${file}, or remove its cause.`;
}

/** Returns all violations of a stack, waived or not, with the rule and the resource. */
export function violationsOf(
  rules: { readonly resource: readonly ResourceRule[]; readonly stack: readonly StackRule[] },
  resources: readonly StackResource[],
): { readonly rule: string; readonly resource: string; readonly message: string }[] {
  const single = rules.resource.flatMap((rule) =>
    resources.flatMap(({ type, name, properties }) => {
      const message = rule.types.includes(type) ? rule.problem(properties) : undefined;
      return message === undefined ? [] : [{ rule: rule.name, resource: name, message }];
    }),
  );
  const together = rules.stack
    .filter(({ onlyInProduction = false }) => !onlyInProduction || isProduction(resources))
    .flatMap((rule) =>
      rule
        .problems(resources)
        .map(({ resource, message }) => ({ rule: rule.name, resource: resource?.name ?? "", message })),
    );
  return [...single, ...together];
}

/** Returns the waivers that no violation of the stack needs. */
export function unusedWaivers(
  waivers: readonly Waiver[],
  violations: readonly { readonly rule: string; readonly resource: string }[],
): Waiver[] {
  return waivers.filter(
    (waiver) =>
      !violations.some(({ rule, resource }) => rule === waiver.rule && resource === waiver.resource),
  );
}
