import type { JsonValue } from "../../../foundation/json";

/**
 * A change of who shares a project or its organization, made in the dashboard. The API only lists it, so that a test answers the list
 * itself.
 */
export interface SharingChange {
  readonly name: string;
  /** Matches the path of the list, without the version. */
  readonly path: RegExp;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly reports: Readonly<Record<string, string>>;
}

/** Returns a member as the API lists them. */
export const member = (email: string, role: string, hasSecondFactor = true) => ({
  user_name: email,
  email,
  role_name: role,
  mfa_enabled: hasSecondFactor,
});

export const memberList = /^\/organizations\/[^/]+\/members$/;
const owner = member("owner@example.com", "Owner");
const developer = member("dev@example.com", "Developer");

const ofMembers = (
  name: string,
  after: JsonValue,
  reports: Readonly<Record<string, string>>,
): SharingChange => ({ name, path: memberList, before: [owner, developer], after, reports });

const resources = (...attributes: Record<string, JsonValue>[]): JsonValue => ({
  data: attributes.map((one, index) => ({ type: "resource", id: String(index), attributes: one })),
});

export const sharingChanges: readonly SharingChange[] = [
  ...["Owner", "Administrator", "Developer", "Read-only"].map((role) =>
    ofMembers(
      `a member with the role ${role} joins the organization`,
      [owner, developer, member("new@example.com", role)],
      { "organization member new@example.com": `added: ${role} [opens]` },
    ),
  ),
  ofMembers("a developer becomes an administrator", [owner, member("dev@example.com", "Administrator")], {
    "organization member dev@example.com": "Developer → Administrator [opens]",
  }),
  ofMembers("an owner becomes a developer", [member("owner@example.com", "Developer"), developer], {
    "organization member owner@example.com": "Owner → Developer [changes]",
  }),
  ofMembers("a member leaves the organization", [developer], {
    "organization member owner@example.com": "removed: Owner [changes]",
  }),
  ofMembers(
    "a member removes the second factor and gets a weaker role",
    [member("owner@example.com", "Developer", false), developer],
    { "organization member owner@example.com": "Owner → Developer, without a second factor [opens]" },
  ),
  {
    name: "the dashboard's assistant may send rows of all projects to other companies",
    path: /^\/organizations\/[^/]+$/,
    before: { opt_in_tags: ["AI_SQL_GENERATOR_OPT_IN"] },
    after: { opt_in_tags: ["AI_SQL_GENERATOR_OPT_IN", "AI_DATA_GENERATOR_OPT_IN"] },
    reports: { "organization opt-in AI_DATA_GENERATOR_OPT_IN": "added: on [opens]" },
  },
  {
    name: "a claim token is created, with which the project can be transferred to another organization",
    path: /\/claim-token$/,
    before: {},
    after: { token_alias: "sbp_1234", expires_at: "2026-12-01T00:00:00Z", created_by: "somebody" },
    reports: { "claim token sbp_1234": "added: until 2026-12-01T00:00:00Z [opens]" },
  },
  {
    name: "an AWS account reaches the database by PrivateLink",
    path: /\/private-link\/associations$/,
    before: resources(),
    after: resources(
      { aws_account_id: "210987654321", database_identifier: "primary", status: "READY" },
      { aws_account_id: "123456789012", database_identifier: "primary", status: "DELETING" },
    ),
    reports: { "private link from AWS account 210987654321": "added: to primary [opens]" },
  },
  {
    name: "a GitHub repository is connected, whose migrations and functions are deployed",
    path: /\/integrations\/github\/connections$/,
    before: resources(),
    after: resources({ repository: { id: 1, name: "evil/repository" }, workdir: "." }),
    reports: { "GitHub connection evil/repository": "added: folder . [opens]" },
  },
];
