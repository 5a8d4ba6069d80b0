import { type HandMadeChange, type HarmlessChange, handMadeChanges, harmlessChanges } from ".";

/** The page that shows what was changed by hand in the tests, and what was heard of it. */
export function driftPage(): string {
  return `<!-- Written by tests/plugins/supabasex/sqlBundle/catalogDocuments.unit.test.ts (vitest -u); do not edit. -->
# Drift: what is reported, and what is not

Each row is a test against a real server, twice. Alone: the statement is run by hand, the comparison that
\`pulumi refresh\` makes reports these paths and no others, the reverse is run, and nothing is reported any more. And on the
real Pulumi engine, many at once: \`pulumi refresh\` prints these paths and no others and exits with 7, and the next
\`pulumi up\` does what the last column says.

- **up**: plain \`pulumi up\` puts it right.
- **prune**: reported until somebody takes it away, or \`sql.prune: drop\` lets \`pulumi up\` do so.
- **a hand, reported**: something extra that may hold data or be somebody's. A deploy leaves it and goes on reporting it.
- **a hand, the up stops**: to put it right could lose data. The up changes nothing and says this.

## ${handMadeChanges.length} changes made by hand

| Somebody changes | by | and refresh reports | repaired by |
| --- | --- | --- | --- |
${handMadeChanges.map(handMadeRow).join("\n")}

## ${harmlessChanges.length} things that a healthy database does, and that report nothing

| What happens | by |
| --- | --- |
${harmlessChanges.map(harmlessRow).join("\n")}
`;
}

function handMadeRow({ name, change, reports, repairedBy, refusal }: HandMadeChange): string {
  const repair =
    repairedBy !== "hand"
      ? repairedBy
      : refusal === undefined
        ? "a hand, reported"
        : `a hand, the up stops:<br>${code(refusal)}`;
  return `| ${name} | ${code(change)} | ${reports.map(code).join("<br>")} | ${repair} |`;
}

function harmlessRow({ name, statements }: HarmlessChange): string {
  return `| ${name} | ${statements.map(code).join("<br>")} |`;
}

/** On one line, and with no bar that would end the cell. */
function code(value: string): string {
  return `\`${value.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|")}\``;
}
