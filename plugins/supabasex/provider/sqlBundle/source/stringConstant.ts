import type { Node } from "libpg-query";

/** Returns the string that an expression is, with or without a cast; `undefined` for any other expression. */
export function stringConstant(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ("TypeCast" in node) return stringConstant(node.TypeCast.arg);
  return "A_Const" in node ? node.A_Const.sval?.sval : undefined;
}
