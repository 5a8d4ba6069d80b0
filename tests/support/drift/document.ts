import { additions, cloudChanges, codeChange, furtherChanges } from "../clouds";
import { accountAdditions } from "../clouds/accountAdditions";
import { keyAdditions } from "../clouds/keyAdditions";
import { networkAdditions } from "../clouds/networkAdditions";
import { type BundleChange, bundleChanges, type HarmlessChange, harmlessChanges } from ".";
import { type ClientChange, clientChanges, commandOf } from "./clientChanges";
import { type PostureChange, postureChanges } from "./postureChanges";
import type { ProjectChange } from "./projectChange";
import { projectChanges } from "./projectChanges";
import { type SharingChange, sharingChanges } from "./sharingChanges";
import { type UnseenChange, unseenChanges } from "./unseenChanges";

/** Returns the page with the manual changes in the tests and their reports. */
export function driftPage(): string {
  return `<!-- Written by tests/plugins/supabasex/sqlBundle/catalogDocuments.unit.test.ts (vitest -u); do not edit. -->
# Drift: what is reported, and what is not

Each row is tested twice against a real server. The first test makes one change at a time: it runs the statement, requires that
the comparison of \`pulumi refresh\` reports exactly these paths, reverts the change, and requires that nothing is reported any
more. The second test makes many changes at once on the real Pulumi engine: \`pulumi refresh\` must print exactly these paths and
exit with code 7, and the next \`pulumi up\` must do what the last column says.

- **up**: plain \`pulumi up\` repairs it.
- **prune**: reported until it is removed manually, or by \`pulumi up\` with \`sql.prune: drop\`.
- **manual, reported**: an extra object that may hold data or belong to another application. A deployment keeps it and reports it
  every time.
- **manual, deployment stops**: a repair could lose data. The deployment changes nothing and prints this message.

Each report ends with its severity. The most severe reports come first:

- **opens**: a role can reach more, or act as another role, or a protection is missing.
- **changes**: something behaves differently.
- **extra**: an undeclared object exists that does not open anything.

## ${bundleChanges.length} manual changes of the bundle's objects

| Change | Statement | Refresh reports | Severity | Repaired by |
| --- | --- | --- | --- | --- |
${bundleChanges.map(bundleChangeRow).join("\n")}

## ${postureChanges.length} manual changes outside of the bundle

Objects that the bundle did not create are compared with their state at the last deployment
([ADR 0008](adr/0008-posture.md)): roles, the platform's schemas, and the objects in exposed schemas. A plain up
does not revert these changes. It reports them until they are reverted or accepted, each with the statement that reverts it and
the entry of \`sql.accept\` that accepts it. With \`sql.prune: drop\`, up reverts the changes that affect neither data nor code:
attributes, memberships and settings of roles, privileges, row-level security, policies, triggers and members of publications.
Objects in private schemas that exposed objects use belong to other applications: for these, it prints the statement and runs nothing.

| Change | Statement | Refresh reports | Severity | Suggested statement |
| --- | --- | --- | --- | --- |
${postureChanges.map(postureRow).join("\n")}

## ${projectChanges.length + sharingChanges.length} changes in the Supabase project outside of the stack

\`ProjectWatch\` compares what no other resource of the stack manages with its state at the first deployment: functions,
secrets, keys, issuers, branches, replicas, domains, log drains, private links, connected repositories, claim tokens, add-ons, opt-ins and members
of the organization with their role, and settings that the stack does not send. A setting that grants
access is expected to be off, so it is reported even if it was on before the first deployment. Up does not repair these changes:
it prints the entry of \`project.accept\` that accepts each of them. Settings that the stack sends, its functions' code and
\`verifyJwt\`, and its secrets are reported by their own resources and repaired by up. Banned IP addresses are not watched,
because the platform itself bans addresses.

| Change | API calls | Refresh reports, with severity |
| --- | --- | --- |
${[...projectChanges.map(projectRow), ...sharingChanges.map(sharingRow)].join("\n")}

## ${clientChanges.length} changes with the Supabase CLI and the MCP server

Changes that colleagues and their agents make with Supabase's own tools ([supabase-cli.md](supabase-cli.md)). One test makes all
of them with the real tools on a deployed stack, and one refresh reports them. For changes by SQL statements, the report includes
the role, the time and the program, as logged by the database: \`@effect/sql-pg\` is the CLI, \`mgmt-api\` is an agent or the
dashboard, which use the Management API, and \`psql\` is a person. Statements of the stack's own deployments are not listed. For
all other changes, the Management API does not record who made them.

| Change | Command | Refresh reports | The next up |
| --- | --- | --- | --- |
${clientChanges.map(clientRow).join("\n")}

## ${settingRows.length} changes of the stack's resources in the Supabase project

One test makes all of these changes through the Management API of a complete local stack. One refresh reports them all, and one
up repairs them all (\`tests/stack/cloudDrift.engine.test.ts\`).

| Resource | Change | Refresh reports | Repaired by |
| --- | --- | --- | --- |
${settingRows.join("\n")}

## ${awsRows.length} changes in AWS

The same test makes these changes through the endpoints of the AWS services. \`AwsWatch\` reports additions that no resource of
the aws provider reports: up keeps them and prints the entry of \`project.accept\`, and the command that reverts them if one command can.
A permission that the credentials lack is named in a warning, with what is not compared without it. A secret that is scheduled for deletion stops
the program before it changes anything, with the command that restores the secret. An ACL requires another object ownership
setting first, and that change is a row below.

| Resource | Change | Refresh reports | Repaired by |
| --- | --- | --- | --- |
${awsRows.join("\n")}

## ${unseenChanges.length} changes that no report shows

If a row contains a statement, a test runs it and checks that nothing is reported.

| Change | not reported because | control |
| --- | --- | --- |
${unseenChanges.map(unseenRow).join("\n")}

## ${harmlessChanges.length} normal activities that are not reported

| Activity | Statements |
| --- | --- |
${harmlessChanges.map(harmlessRow).join("\n")}
`;
}

/** Returns the table rows of these resources: one for each property (or change), and one for each deletion. */
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
            (properties) => `| ${code(name)} | changed in place | ${properties.map(code).join(", ")} | up |`,
          ),
        ...(removed ? [`| ${code(name)} | deleted | the resource, as deleted | up |`] : []),
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
  ...[...additions, ...accountAdditions, ...networkAdditions].map(
    ({ name, by, reports }) =>
      `| ${code("supabasex:index:AwsWatch")} | ${name}: ${code(by)} | ${code(reports)} | see the report |`,
  ),
  `| ${code("supabasex:index:AwsWatch")} | ${codeChange.name}: ${code(codeChange.by)} | ${code(codeChange.reports)} | ${code(codeChange.undoneBy)}, then up |`,
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
  const paths = [...reports.map(code), ...(andFurther === true ? ["and dependent objects"] : [])];
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

function bundleChangeRow({ name, change, reports, severity, repairedBy, refusal }: BundleChange): string {
  const repair =
    repairedBy !== "hand"
      ? repairedBy
      : refusal === undefined
        ? "manual, reported"
        : `manual, deployment stops:<br>${code(refusal)}`;
  return `| ${name} | ${code(change)} | ${reports.map(code).join("<br>")} | ${severity} | ${repair} |`;
}

function unseenRow({ name, by, because, instead }: UnseenChange): string {
  return `| ${name}${by === undefined ? "" : `: ${code(by.change)}`} | ${because} | ${instead} |`;
}

function harmlessRow({ name, statements }: HarmlessChange): string {
  return `| ${name} | ${statements.map(code).join("<br>")} |`;
}

/** Returns the text on one line, with bars escaped, because a bar ends a table cell. */
function code(value: string): string {
  return `\`${value.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|")}\``;
}
