/** Groups of commands that work on a database, which `--db-url`, `--linked` or `--local` selects. */
const databaseGroups: ReadonlySet<string> = new Set(["db", "inspect", "migration", "migrations", "test"]);

/** Commands of those groups that use no database, or always a database of their own. */
const withoutDatabase: ReadonlySet<string> = new Set([
  "db start",
  "db schema",
  "migration new",
  "migrations new",
  "test new",
]);

/** Global options that take the next argument as their value. */
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
 * Adds `--db-url` with the stack's database for commands that work on a database. `--linked`, which is also the default,
 * means the linked project, whose local database has no host name that the CLI could resolve. Keeps `--local` and
 * `--db-url`.
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
