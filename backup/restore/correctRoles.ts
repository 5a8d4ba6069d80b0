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
    ...resets(expected, found, `role ${name}`),
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
    ...resets(expected, found, `database ${database}`),
  ];
}

/**
 * The facts that are settings. One of an extension's module is in the first while the module is loaded, and else in the
 * second, so it may be in another one in the target than in the backup.
 */
const settingFacts = ["settings", "custom settings"] as const;

/** Returns the name of a setting from its line; custom settings are names without values. */
function nameOf(line: string): string {
  return line.split("=", 1)[0] ?? line;
}

function settingNames({ facts }: AccessEntry): Set<string> {
  return new Set(settingFacts.flatMap((fact) => linesOf(facts[fact])).map(nameOf));
}

/** Returns a fact for a comparison: settings without those that the other entry has in the other fact of settings. */
export function comparableSettings(fact: string, entry: AccessEntry, other: AccessEntry): string {
  const text = entry.facts[fact] ?? "";
  const otherFact = settingFacts.find((one) => one !== fact);
  if (otherFact === undefined || !settingFacts.some((one) => one === fact)) return text;
  const moved = new Set(linesOf(other.facts[otherFact]).map(nameOf));
  return linesOf(text)
    .filter((line) => !moved.has(nameOf(line)))
    .join("\n");
}

/** Returns the statements that reset other settings. Those of the backup were set with the roles. */
function resets(expected: AccessEntry, found: AccessEntry, subject: string): string[] {
  const wanted = settingNames(expected);
  // Older backups do not have all facts.
  return settingFacts
    .filter((fact) => expected.facts[fact] !== undefined)
    .flatMap((fact) => linesOf(found.facts[fact]))
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
