/** The longest name of an application that the server keeps, in bytes. */
const longest = 63;

/**
 * Returns what the server's list of sessions and the log of schema changes call a deployment: the bundle, and where it is
 * known the stack, the commit and who started it, such as `supabasex thorbis prod 1a2b3c4d by alice`. Commit and actor are
 * those of GitHub Actions; elsewhere the actor is the user of the operating system.
 *
 * @param stack - Default: not known, and then neither are the others of interest.
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
  // The server replaces what is not ASCII by question marks.
  return name
    .join(" ")
    .replaceAll(/[^ -~]/g, "?")
    .slice(0, longest);
}

/** Returns the stack of a resource, from its URN; `undefined` where it is none. */
export function stackOf(urn: string): string | undefined {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
}
