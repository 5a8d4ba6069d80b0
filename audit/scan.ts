import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { cloudFormationTemplate } from "./cloudformation/template";
import { distinct, type Finding } from "./finding";
import type { StackResource } from "./resource";
import { cdkNagFindings, runCdkNag } from "./scanners/cdkNag";
import { cfnLintFindings, runCfnLint } from "./scanners/cfnLint";
import { checkovFindings, runCheckov } from "./scanners/checkov";
import type { Scanners } from "./scanners/installation";
import { terraformPlan } from "./terraform/plan";

/** Runs all scanners on the resources of a stack. Returns all findings, including waived ones. */
export async function scanStack(scanners: Scanners, resources: readonly StackResource[]): Promise<Finding[]> {
  const template = cloudFormationTemplate(resources);
  const plan = terraformPlan(resources);
  const folder = await mkdtemp(path.join(os.tmpdir(), "thorbis-audit-"));
  try {
    const converted = {
      folder,
      template: path.join(folder, "template.json"),
      plan: path.join(folder, "plan.json"),
    };
    await writeFile(converted.template, JSON.stringify(template.document));
    await writeFile(converted.plan, JSON.stringify(plan.document));
    const [checkov, cfnLint, cdkNag] = await Promise.all([
      runCheckov(scanners, converted),
      runCfnLint(scanners, converted),
      runCdkNag(scanners, converted),
    ]);
    return distinct([
      ...checkovFindings(checkov, new Map([...plan.names, ...template.names])),
      ...cfnLintFindings(cfnLint, template.names),
      ...cdkNagFindings(cdkNag, template.names),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
