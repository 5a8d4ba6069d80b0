const words: ReadonlySet<string> = new Set(["help", "--help", "-h", "--version", "-V"]);

/**
 * Returns whether a command line only asks for help, version or usage (no arguments at all). These need no stack and no
 * service.
 */
export function asksForHelp(args: readonly string[]): boolean {
  return args.length === 0 || args.some((arg) => words.has(arg));
}
