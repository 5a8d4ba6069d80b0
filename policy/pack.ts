import {
  type Policies,
  PolicyPack,
  type PolicyResource,
  type ResourceValidationPolicy,
  type Severity,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { unusedWaivers, violationOf, violationsOf } from "./judge";
import { isProduction, type ResourceRule, type StackResource, type StackRule } from "./rule";
import { resourceRules, stackRules } from "./rules";
import { waivers } from "./waivers";

// The policy pack of `pulumi preview --policy-pack policy`. If a preview does not know a value yet, the engine skips a
// rule about single resources and reports that as advice. The following up knows the value.
const now = new Date();

const common = (rule: ResourceRule | StackRule) => ({
  name: rule.name,
  description: rule.description,
  severity: rule.severity as Severity,
  tags: [...rule.controls],
  enforcementLevel: "mandatory" as const,
});

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
  return {
    ...common(rule),
    validateResource: ({ type, name, props }, report) => {
      const message = rule.types.includes(type) ? rule.problem(props) : undefined;
      const violation = message && violationOf(rule, name, message, { waivers, now });
      if (violation !== undefined && violation !== "") report(`${name} ${violation}`);
    },
  };
}

function stackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    ...common(rule),
    validateStack: ({ resources }, report) => {
      const stack = resources.map(toResource);
      if (rule.onlyInProduction === true && !isProduction(stack)) return;
      for (const { resource, message } of rule.problems(stack)) {
        const name = resource?.name ?? "";
        const violation = violationOf(rule, name, message, { waivers, now });
        if (violation !== undefined) report(`${name} ${violation}`.trim(), resource?.urn);
      }
    },
  };
}

const waiversAreUsed: StackValidationPolicy = {
  name: "waivers-are-used",
  description: "Unused waivers are removed.",
  enforcementLevel: "advisory",
  validateStack: ({ resources }, report) => {
    const found = violationsOf({ resource: resourceRules, stack: stackRules }, resources.map(toResource));
    for (const { rule, resource } of unusedWaivers(waivers, found))
      report(`The waiver of ${rule} for ${resource} is not needed: remove it from policy/waivers.ts.`);
  },
};

function toResource({ urn, type, name, props, opts }: PolicyResource): StackResource {
  return { urn, type, name, properties: props, isProtected: opts.protect === true };
}

const policies: Policies = [
  ...resourceRules.map(resourcePolicy),
  ...stackRules.map(stackPolicy),
  waiversAreUsed,
];

new PolicyPack("thorbis", { policies });
