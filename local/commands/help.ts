const words: ReadonlySet<string> = new Set(["help", "--help", "-h", "--version", "-V"]);

/**
 * Whether a command line asks a program about itself: for its help or its version, or, without a word, for its usage. No
 * stack and no service is needed for that.
 */
export function asksForHelp(args: readonly string[]): boolean {
  return args.length === 0 || args.some((arg) => words.has(arg));
}
