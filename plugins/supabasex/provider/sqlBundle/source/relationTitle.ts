import { quoteUnlessKeyword } from "./identifiers";

/** Returns `schema.name`, as SQL writes it. */
export function titleOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return [schema, name].map(quoteUnlessKeyword).join(".");
}

/** Returns a name as SQL writes it between quotes. */
export function inQuotes(name: string): string {
  return name.replaceAll('"', '""');
}

/** Returns whether a name needs no quotes in SQL, unless it is a keyword. */
export function isWord(name: string): boolean {
  return /^[a-z_][a-z0-9_$]*$/.test(name);
}
