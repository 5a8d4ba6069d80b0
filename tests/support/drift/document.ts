import { type HandMadeChange, type HarmlessChange, handMadeChanges, harmlessChanges } from ".";

/** The page that shows what was changed by hand in the tests, and what was heard of it. */
export function driftPage(): string {
  return `<!-- Written by tests/plugins/supabasex/sqlBundle/catalogDocuments.unit.test.ts (vitest -u); do not edit. -->
# Drift: what is reported, and what is not

Each row is a test against a real server: the statement is run by hand, the comparison that \`pulumi refresh\` makes
reports these paths and no others, the reverse is run, and nothing is reported any more.

## ${handMadeChanges.length} changes made by hand

| Somebody changes | by | and refresh reports |
| --- | --- | --- |
${handMadeChanges.map(handMadeRow).join("\n")}

## ${harmlessChanges.length} things that a healthy database does, and that report nothing

| What happens | by |
| --- | --- |
${harmlessChanges.map(harmlessRow).join("\n")}
`;
}

function handMadeRow({ name, change, reports }: HandMadeChange): string {
  return `| ${name} | ${code(change)} | ${reports.map(code).join("<br>")} |`;
}

function harmlessRow({ name, statements }: HarmlessChange): string {
  return `| ${name} | ${statements.map(code).join("<br>")} |`;
}

/** On one line, and with no bar that would end the cell. */
function code(value: string): string {
  return `\`${value.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|")}\``;
}
