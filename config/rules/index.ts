import { backupConsistencyRules } from "./backupConsistency";
import { consistencyRules } from "./consistency";
import { productionRule } from "./production";
import type { Rule } from "./rule";

/** All rules across fields. */
export const rules: readonly Rule[] = [...consistencyRules, ...backupConsistencyRules, productionRule];
