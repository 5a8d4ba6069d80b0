import { additions, cloudChanges, furtherChanges } from "../clouds";
import { keyAdditions } from "../clouds/keyAdditions";
import { type HandMadeChange, type HarmlessChange, handMadeChanges, harmlessChanges } from ".";
import { type ClientChange, clientChanges, commandOf } from "./clientChanges";
import { type PostureChange, postureChanges } from "./postureChanges";
import { type ProjectChange, projectChanges } from "./projectChanges";
import { type SharingChange, sharingChanges } from "./sharingChanges";
import { type UnseenChange, unseenChanges } from "./unseenChanges";

/** Returns the page with the manual changes in the tests and their reports. */
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

Each report ends with its severity, and the worst come first:

- **opens**: somebody may reach or act as more than before, or a guard is gone.
- **changes**: something works otherwise.
- **extra**: something is there that nobody declared, and opens nothing by itself.

## ${handMadeChanges.length} manual changes to what the bundle made

| Somebody changes | by | and refresh reports | severity | repaired by |
| --- | --- | --- | --- | --- |
${handMadeChanges.map(handMadeRow).join("\n")}

## ${postureChanges.length} manual changes outside of the bundle

What the bundle did not make is compared with the database of the last deployment
([ADR 0008](adr/0008-posture.md)): roles, the platform's schemas, and what is in schemas that the API exposes. A plain up
leaves these changes and goes on reporting them, each with the statement that takes it back and the entry of \`sql.accept\`
that makes it a part of the baseline. With \`sql.prune: drop\`, up takes back what holds neither data nor code: attributes,
memberships and settings of roles, privileges, row-level security, policies, triggers and members of publications.

| Somebody changes | by | and refresh reports | severity | the report says to |
| --- | --- | --- | --- | --- |
${postureChanges.map(postureRow).join("\n")}

## ${projectChanges.length + sharingChanges.length} changes in the Supabase project beside the stack

\`ProjectWatch\` compares what no other resource of the stack owns with the project of the first deployment: functions,
secrets, keys, issuers, branches, replicas, domains, log drains, private links, connected repositories, claim tokens, add-ons, members
of the organization with their role, and settings that the stack does not send. A setting that lets
somebody in counts as off at the first deployment, so that one that is on already is reported too. Up repairs none of these: it
names the entry of \`project.accept\` that makes the change a part of the baseline. Settings that the stack sends, its
functions' code and \`verifyJwt\`, and its secrets are reported by their own resources and repaired by up. Banned addresses are
not watched, since the platform bans by itself.

| Somebody changes | by | and refresh reports, with its severity |
| --- | --- | --- |
${[...projectChanges.map(projectRow), ...sharingChanges.map(sharingRow)].join("\n")}

## ${clientChanges.length} changes with the Supabase CLI and the MCP server

What colleagues and their agents change with Supabase's own tools ([supabase-cli.md](supabase-cli.md)). One test makes all of them
with the real tools on a deployed stack, and one refresh reports them. What a statement changed is reported with who, when and
with which program, as the database logs it: \`@effect/sql-pg\` is the CLI, \`mgmt-api\` an agent or the dashboard, which go through the
Management API, \`psql\` a person; the stack's own deployments are not reported. The Management API does not tell who called it for
anything else.

| Somebody changes | with | refresh reports | the next up |
| --- | --- | --- | --- |
${clientChanges.map(clientRow).join("\n")}

## ${settingRows.length} changes to what the stack declares in the Supabase project

Each is made at the Management API of the whole local stack, all at once; one refresh names all, and one up takes all back
(\`tests/stack/cloudDrift.engine.test.ts\`).

| Resource | what somebody does | and refresh reports | repaired by |
| --- | --- | --- | --- |
${settingRows.join("\n")}

## ${awsRows.length} changes in AWS

Made at the services' own endpoints in the same test. What nobody but somebody else can have put there, and no resource of
the aws provider reports, is found by \`AwsWatch\`: up leaves it and names the entry of \`project.accept\`. A secret that waits
for its deletion stops the program before anything is touched, with the command that brings it back. An ACL needs another object
ownership first, which is a row below.

| Resource | what somebody does | and refresh reports | repaired by |
| --- | --- | --- | --- |
${awsRows.join("\n")}

## ${unseenChanges.length} changes that no report shows

If a row contains a statement, a test runs it and checks that nothing is reported.

| Change | not reported because | control |
| --- | --- | --- |
${unseenChanges.map(unseenRow).join("\n")}

## ${harmlessChanges.length} things that a healthy database does, and that report nothing

| What happens | by |
| --- | --- |
${harmlessChanges.map(harmlessRow).join("\n")}
`;
}

/** The rows of the table of all resources whose type begins so: a line for each property and for each deletion. */
function resourceRows(isMeant: (type: string) => boolean, linesPerChange: "property" | "change"): string[] {
  return Object.entries(cloudChanges)
    .filter(([name]) => isMeant(name))
    .flatMap(([name, row]) => {
      const reports = "change" in row ? row.reports : [];
      const changes = linesPerChange === "property" ? reports.map((property) => [property]) : [reports];
      const removed = "remove" in row.deletion;
      return [
        ...changes
          .filter((properties) => properties.length > 0)
          .map(
            (properties) =>
              `| ${code(name)} | changes it in place | ${properties.map(code).join(", ")} | up |`,
          ),
        ...(removed ? [`| ${code(name)} | deletes it | the resource, as deleted | up |`] : []),
      ];
    });
}

const settingRows = resourceRows((type) => /^supabase/.test(type) && !/AwsWatch/.test(type), "property");

const awsRows = [
  ...resourceRows((type) => type.startsWith("aws:"), "change"),
  ...furtherChanges.map(
    ({ name, of, by, reports, seenBy }) =>
      `| ${code((seenBy ?? of).type)} | ${name}: ${code(by)} | ${reports.map(code).join(", ")} | up |`,
  ),
  ...additions.map(
    ({ name, by, reports }) =>
      `| ${code("supabasex:index:AwsWatch")} | ${name}: ${code(by)} | ${code(reports)} | see the report |`,
  ),
  ...keyAdditions.map(
    ({ name, by, found: [identity, value] }) =>
      `| ${code("supabasex:index:AwsWatch")} | ${name}: ${code(by)} | ${code(`opens ${identity}: added: ${value}`)} | see the report |`,
  ),
];

function postureRow({
  name,
  change,
  reports,
  severity,
  takenBackBy,
  andFurther,
  from,
}: PostureChange): string {
  const paths = [...reports.map(code), ...(andFurther === true ? ["what follows from it"] : [])];
  const version = from === undefined ? "" : ` (PostgreSQL ${from} and later)`;
  const back = takenBackBy === undefined ? "see the report" : code(takenBackBy);
  return `| ${name}${version} | ${code(change)} | ${paths.join("<br>")} | ${severity} | ${back} |`;
}

function projectRow({ name, calls, before = 0, reports }: ProjectChange): string {
  const sent = calls
    .slice(before)
    .map(
      ([method, path, body]) => `${method} ${path}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`,
    );
  const reported = Object.entries(reports).map(([identity, text]) => `${identity}: ${text}`);
  return `| ${name} | ${sent.map(code).join("<br>")} | ${reported.map(code).join("<br>")} |`;
}

function sharingRow({ name, reports }: SharingChange): string {
  const reported = Object.entries(reports).map(([identity, text]) => code(`${identity}: ${text}`));
  return `| ${name} | in the dashboard | ${reported.join("<br>")} |`;
}

function clientRow(change: ClientChange): string {
  const { name, reports, up } = change;
  return `| ${name} | ${code(commandOf(change))} | ${reports.map(code).join("<br>")} | ${up} |`;
}

function handMadeRow({ name, change, reports, severity, repairedBy, refusal }: HandMadeChange): string {
  const repair =
    repairedBy !== "hand"
      ? repairedBy
      : refusal === undefined
        ? "a hand, reported"
        : `a hand, the up stops:<br>${code(refusal)}`;
  return `| ${name} | ${code(change)} | ${reports.map(code).join("<br>")} | ${severity} | ${repair} |`;
}

function unseenRow({ name, by, because, instead }: UnseenChange): string {
  return `| ${name}${by === undefined ? "" : `: ${code(by.change)}`} | ${because} | ${instead} |`;
}

function harmlessRow({ name, statements }: HarmlessChange): string {
  return `| ${name} | ${statements.map(code).join("<br>")} |`;
}

/** Returns the text on one line, without a bar, which would end the cell. */
function code(value: string): string {
  return `\`${value.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|")}\``;
}
