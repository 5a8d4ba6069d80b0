import pg from "pg";

const { escapeLiteral } = pg;

/** Begins the warning about what the target refuses, followed by what it is and the reason. */
export const refusedMark = "thorbis: refused ";

/** Returns the statement that warns about a refusal, which a restore prints. */
export function warnOfRefusal(what: string, reason: string): string {
  return `raise warning '%', ${escapeLiteral(`${refusedMark}${what}: ${reason}`)};`;
}

/** Returns an anonymous block with these statements, which may contain any kind of quotes. */
export function block(statements: string): string {
  return `do ${escapeLiteral(`begin ${statements} end`)};`;
}
