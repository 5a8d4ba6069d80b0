const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Returns a name on one line for a report: a quoted name in SQL may contain any character. */
export function escapeControls(name: string): string {
  return name.replaceAll(
    /\p{Cc}/gu,
    (character) => short[character] ?? `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** Returns a statement with each quoted name on one line, for a report. It is not meant to be run. */
export function escapeInNames(statement: string): string {
  return statement.replaceAll(/"(?:[^"]|"")*"/g, escapeControls);
}
