/**
 * Parses JSON like Deno parses `deno.json` and import maps: with comments and trailing commas.
 * @throws SyntaxError if the rest is not JSON
 */
export function parseJsonWithComments(text: string): unknown {
  const token = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  const plain = text.replace(token, (found) => (found.startsWith('"') ? found : ""));
  return JSON.parse(
    plain.replace(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (found) => (found === "," ? "" : found)),
  );
}
