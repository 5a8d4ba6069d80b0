import type { CreateFunctionStmt, FunctionParameter, Node } from "libpg-query";

/** Returns the parameters that identify a routine, without the `out` ones and the columns of `returns table`. */
export function inputParameters(parameters: readonly Node[] | undefined): FunctionParameter[] {
  return (parameters ?? [])
    .flatMap((node) => ("FunctionParameter" in node ? [node.FunctionParameter] : []))
    .filter(({ mode }) => mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE");
}

/** Returns whether an argument has the type of a column (`%type`), which is resolved when the statement runs. */
export function copiesArgumentType({ parameters }: CreateFunctionStmt): boolean {
  return inputParameters(parameters).some(({ argType }) => argType?.pct_type === true);
}
