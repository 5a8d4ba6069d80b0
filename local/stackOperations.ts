/** Programs of ops/ that work on a stack, by the npm script that runs them. */
export const stackOperations = [
  "env",
  "recover",
  "rotate",
  "preview",
  "drift",
  "plan",
  "deploy",
  "types",
  "advisors",
] as const;
