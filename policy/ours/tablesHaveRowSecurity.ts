import { eachOf, listOf, type StackRule } from "../rule";

/**
 * Checks what the provider reports about its bundle: in a preview the result of the dry run, after a deployment the
 * database itself. It is a stack rule, because only those see outputs.
 */
export const tablesHaveRowSecurity: StackRule = {
  name: "tables-have-row-security",
  description: "Every table that the SQL bundle creates has row-level security.",
  severity: "critical",
  controls: [],
  problems: eachOf("supabasex:index:SqlBundle", ({ openTables }) => {
    const tables = listOf(openTables);
    if (tables.length === 0) return undefined;
    return `must enable row-level security on ${tables.join(", ")}: without it every role with a grant reads every tenant's rows`;
  }),
};
