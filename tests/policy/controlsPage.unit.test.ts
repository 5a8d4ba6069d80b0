import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";
import { controlsPage, renderControlsPage } from "../../policy/controlsPage";
import { resourceRules, stackRules } from "../../policy/rules";

test("docs/controls.md is up to date (npm run controls:generate)", () => {
  expect(readFileSync(path.join(checkoutRoot(), controlsPage), "utf8")).toBe(renderControlsPage());
});

test("docs/controls.md has a row for every rule, and every control links to its rules", () => {
  const page = renderControlsPage();

  for (const { name, controls } of [...resourceRules, ...stackRules]) {
    expect(page).toContain(`| \`${name}\` |`);
    for (const control of controls) expect(page).toMatch(new RegExp(`\\| ${control} \\|.*\`${name}\``));
  }
});
