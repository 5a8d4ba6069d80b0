/** Groups of commands that work on a database, which they find by `--db-url`, `--linked` or `--local`. */
const databaseGroups: ReadonlySet<string> = new Set(["db", "inspect", "migration", "migrations", "test"]);

/** Commands of those groups that have no database, or always one of their own. */
const withoutDatabase: ReadonlySet<string> = new Set([
  "db start",
  "db schema",
  "migration new",
  "migrations new",
  "test new",
]);

/** Options of every command that take the next argument for their value. */
const globalOptions: ReadonlySet<string> = new Set([
  "--agent",
  "--dns-resolver",
  "--log-level",
  "--network-id",
  "--output",
  "--output-format",
  "--profile",
  "--workdir",
  "-o",
]);

/**
 * Returns the arguments with the stack's database for a command that works on one: `--linked`, and no choice at all, mean
 * the linked project, whose database has no public host name that the CLI could find. `--local` and `--db-url` stay.
 */
export function withDatabase(args: readonly string[], databaseUrl: string | undefined): string[] {
  const [group = "", command = ""] = args.filter(
    (arg, at) => !arg.startsWith("-") && !globalOptions.has(args[at - 1] ?? ""),
  );
  const isChosen = args.some((arg) => /^--(db-url|local)(=|$)/.test(arg));
  const isHelp = args.some((arg) => arg === "--help" || arg === "-h");
  if (databaseUrl === undefined || isChosen || isHelp || command === "") return [...args];
  if (!databaseGroups.has(group) || withoutDatabase.has(`${group} ${command}`)) return [...args];
  return [...args.filter((arg) => !/^--linked(=true)?$/.test(arg)), "--db-url", databaseUrl];
}
