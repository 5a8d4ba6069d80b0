/** The contexts to which a workflow's expressions can refer: `github`, `matrix`, `vars` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

/** Replaces every `${{ … }}` in a text by its value. */
export function filledIn(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = evaluate(expression, contexts);
    return value === undefined || value === null ? "" : String(value);
  });
}

/** Evaluates the part of GitHub's expression language that our workflows use: paths, strings, ==, !=, &&, ||, fromJSON, always. */
export function evaluate(expression: string, contexts: Contexts): unknown {
  const inner = /^\s*\$\{\{(.*)\}\}\s*$/.exec(expression)?.[1] ?? expression;
  const script = inner
    .split(/('(?:[^']|'')*')/)
    .map((part, at) =>
      at % 2 === 1 ? JSON.stringify(part.slice(1, -1).replaceAll("''", "'")) : withLookups(part),
    )
    .join("");
  const names = ["lookUp", "fromJSON", "always"];
  // This is safe, because all workflows and expressions are ours.
  return new Function(...names, `return (${script});`)(
    (path: string) => lookUp(contexts, path),
    (text: string) => JSON.parse(text) as unknown,
    () => true,
  );
}

function withLookups(code: string): string {
  return code.replace(/\b[a-z]\w*(?:\.[\w-]+)+/g, (path) => `lookUp(${JSON.stringify(path)})`);
}

function lookUp(contexts: Contexts, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], contexts);
}
