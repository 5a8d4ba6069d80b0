import pg from "pg";

const { escapeLiteral } = pg;

/** Returns an anonymous block with these statements, which may contain any kind of quotes. */
export function block(statements: string): string {
  return `do ${escapeLiteral(`begin ${statements} end`)};`;
}
