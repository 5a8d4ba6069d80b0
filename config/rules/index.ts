import { consistencyRules } from "./consistency";
import { productionRule } from "./production";
import type { Rule } from "./rule";

/** Every rule across fields. */
export const rules: readonly Rule[] = [...consistencyRules, productionRule];
