/** The maximum length of an application name in the server, in bytes. */
const longest = 63;

/**
 * Returns the name of a deployment in the server's list of sessions and in the log of schema changes: the bundle, and
 * if known the stack, the commit and the actor, such as `supabasex thorbis prod 1a2b3c4d by alice`. Commit and actor
 * are those of GitHub Actions; elsewhere the actor is the user of the operating system.
 *
 * @param stack - Default: unknown, and then the others are omitted, too.
 */
export function applicationName(
  bundle: string,
  stack?: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { GITHUB_SHA: commit, GITHUB_ACTOR: actor, USER: user } = environment;
  const name = [`supabasex ${bundle}`];
  if (stack !== undefined) {
    name.push(stack);
    if (commit !== undefined) name.push(commit.slice(0, 8));
    const who = actor ?? user;
    if (who !== undefined) name.push(`by ${who}`);
  }
  // The server replaces non-ASCII characters by question marks.
  return name
    .join(" ")
    .replaceAll(/[^ -~]/g, "?")
    .slice(0, longest);
}

/** Returns the stack of a resource from its URN; `undefined` if it is none. */
export function stackOf(urn: string): string | undefined {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
}
