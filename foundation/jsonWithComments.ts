/**
 * Parses JSON as Deno reads `deno.json` and import maps: with comments, and with a comma behind the last entry.
 * @throws SyntaxError for what is no JSON without them
 */
export function parseJsonWithComments(text: string): unknown {
  const token = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  const plain = text.replace(token, (found) => (found.startsWith('"') ? found : ""));
  return JSON.parse(
    plain.replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (found) => (found === "," ? "" : found)),
  );
}
