/**
 * Returns the SQL that gives a text search configuration these mappings, in one transaction.
 *
 * @param mappings one line per token of its parser, `word: pg_catalog.english_stem, public.names`, or `url:` without a
 *   dictionary
 */
export function changeConfiguration(name: string, mappings: string): string {
  const tokensOf = new Map<string, string[]>();
  const tokens = mappings.split("\n").map((line) => {
    const separator = line.indexOf(":");
    const token = line.slice(0, separator);
    const dictionaries = line.slice(separator + 1).trim();
    if (dictionaries !== "") tokensOf.set(dictionaries, [...(tokensOf.get(dictionaries) ?? []), token]);
    return token;
  });
  const configuration = `alter text search configuration ${name}`;
  return [
    `${configuration} drop mapping if exists for ${tokens.join(", ")}`,
    ...[...tokensOf].map(
      ([dictionaries, mapped]) =>
        `${configuration} add mapping for ${mapped.join(", ")} with ${dictionaries}`,
    ),
  ].join("; ");
}

/** Returns the SQL that gives a dictionary these options, as in `language = 'english', stopwords = 'ours'`. */
export function changeDictionary(name: string, options: string, present: string): string {
  const wanted = namesOf(options);
  const removed = namesOf(present).filter((option) => !wanted.includes(option));
  return `alter text search dictionary ${name} (${[options, ...removed].filter((part) => part !== "").join(", ")})`;
}

/** Returns the names of options without their values, in which `''` and `\\\\` are escapes. */
function namesOf(options: string): string[] {
  const names = options.matchAll(/((?:"(?:[^"]|"")*"|\w+)) = (?:E?'(?:[^'\\]|''|\\.)*'|[^,]*)(?:, |$)/g);
  return [...names].map(([, option = ""]) => option);
}
