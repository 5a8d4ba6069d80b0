import pg from "pg";
import type { AccessEntry } from "../postgres/access";
import { inCurrentDatabase, settingName } from "../postgres/statements";

const { escapeLiteral } = pg;

/** Returns the statements that set a role's attributes and memberships in the target to those of the backup. */
export function roleCorrections(expected: AccessEntry, found: AccessEntry): string[] {
  const { name } = expected;
  const changes = (fact: string) => {
    const [wanted, present] = [expected, found].map(({ facts }) => facts[fact]);
    return wanted === undefined || wanted === present ? undefined : { wanted, present: present ?? "" };
  };
  const [attributes, limit, until] = [
    changes("attributes"),
    changes("connection limit"),
    changes("valid until"),
  ];
  const memberships = changes("member of");
  const isMissing = (line: string, text: string): boolean => !text.split("\n").includes(line);
  return [
    // Separate statements, because the restoring role may be allowed to change only some of them.
    ...linesOf(attributes?.wanted, " ")
      .filter((word) => !attributes?.present.split(" ").includes(word))
      .map((word) => `alter role ${name} ${word}`),
    ...(limit === undefined ? [] : [`alter role ${name} connection limit ${limit.wanted}`]),
    ...(until === undefined
      ? []
      : [`alter role ${name} valid until ${escapeLiteral(until.wanted === "" ? "infinity" : until.wanted)}`]),
    ...linesOf(memberships?.present)
      .filter((line) => isMissing(line, memberships?.wanted ?? ""))
      .map((line) => `revoke ${line.replace(/\*$/, "")} from ${name}`),
    ...linesOf(memberships?.wanted)
      .filter((line) => isMissing(line, memberships?.present ?? ""))
      .map((line) =>
        line.endsWith("*")
          ? `grant ${line.slice(0, -1)} to ${name} with admin option`
          : `grant ${line} to ${name}`,
      ),
    ...optionCorrections(
      name,
      changes("membership options"),
      memberships?.wanted ?? expected.facts["member of"],
    ),
    ...resets(changes("settings"), `role ${name}`),
    ...resets(changes("custom settings"), `role ${name}`),
  ];
}

/**
 * Returns the statements that set the options of memberships. One that is not listed has INHERIT and SET.
 * @param memberOf the role's memberships in the backup
 */
function optionCorrections(
  name: string,
  change: { readonly wanted: string; readonly present: string } | undefined,
  memberOf: string | undefined,
): string[] {
  const roleOf = (line: string): string => line.slice(0, line.lastIndexOf(": admin "));
  const [wanted, present] = [linesOf(change?.wanted), linesOf(change?.present)];
  const listed = new Set(wanted.map(roleOf));
  const members = new Set(linesOf(memberOf).map((line) => line.replace(/\*$/, "")));
  return [
    ...present
      .map(roleOf)
      .filter((role) => !listed.has(role))
      .map((role) =>
        members.has(role)
          ? `grant ${role} to ${name} with inherit true, set true`
          : `revoke ${role} from ${name}`,
      ),
    ...wanted
      .filter((line) => !present.includes(line))
      .map((line) => `grant ${roleOf(line)} to ${name} with ${line.slice(roleOf(line).length + 2)}`),
  ];
}

/** Returns the statements for the database's own settings, limit and comment. */
export function databaseCorrections(expected: AccessEntry, found: AccessEntry, database: string): string[] {
  const { comment, "connection limit": limit } = expected.facts;
  return [
    ...(limit === undefined || limit === found.facts["connection limit"]
      ? []
      : [`alter database ${database} connection limit ${limit}`]),
    ...(comment === undefined || comment === found.facts.comment
      ? []
      : [`comment on database ${database} is ${comment === "" ? "null" : escapeLiteral(comment)}`]),
    ...["settings", "custom settings"].flatMap((fact) => {
      const { [fact]: wanted } = expected.facts;
      return wanted === undefined
        ? []
        : resets({ wanted, present: found.facts[fact] ?? "" }, `database ${database}`);
    }),
  ];
}

/** Returns the statements that reset other settings. Those of the backup were set with the roles. */
function resets(
  change: { readonly wanted: string; readonly present: string } | undefined,
  subject: string,
): string[] {
  // Custom settings are names without values.
  const nameOf = (line: string): string => line.split("=", 1)[0] ?? line;
  const wanted = new Set(linesOf(change?.wanted).map(nameOf));
  return linesOf(change?.present)
    .map(nameOf)
    .filter((name) => !wanted.has(name))
    .map((name) =>
      name.startsWith(inDatabase)
        ? inCurrentDatabase(
            `alter ${subject} in database`,
            `reset ${settingName(name.slice(inDatabase.length))}`,
          )
        : `alter ${subject} reset ${settingName(name)}`,
    );
}

const inDatabase = "in database: ";

function linesOf(text: string | undefined, separator = "\n"): string[] {
  return (text ?? "").split(separator).filter((line) => line !== "");
}
