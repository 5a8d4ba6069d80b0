import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** Returns every text in the code of a folder, with `…` for each placeholder. */
function textsOf(folder: string): string[] {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
    .flatMap((name) => {
      const text = readFileSync(path.join(root, folder, name), "utf8");
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isStringLiteralLike(node)) found.push(node.text);
        if (ts.isTemplateExpression(node))
          found.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("…"));
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest));
      return found;
    });
}

/** Returns the messages in the first column of each table of messages. */
function quotedMessages(markdown: string): string[] {
  const tables = markdown.split(/^\| message \| what to do \|\n/m).slice(1);
  return tables.flatMap((table) =>
    (table.split("\n\n", 1)[0] ?? "").split("\n").flatMap((row) => /^\| `([^`]+)` \|/.exec(row)?.[1] ?? []),
  );
}

/** Returns whether a text contains all parts of a quoted message, in order; `…` matches any text. */
function says(text: string, message: string): boolean {
  let from = 0;
  for (const part of message.split("…").map((piece) => piece.trim())) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

test.each([
  ["operations.md", 10],
  ["pull-requests.md", 3],
])("every message that docs/%s quotes is one of the code's", (page, least) => {
  const texts = ["plugins", "components", "local", "ops"].flatMap(textsOf);
  const messages = quotedMessages(readFileSync(path.join(root, "docs", page), "utf8"));

  expect(messages.length).toBeGreaterThan(least);
  expect(messages.filter((message) => !texts.some((text) => says(text, message)))).toEqual([]);
  // Control: detects a message that the code does not print.
  const former = "… was applied with hash …, the file now has …";
  expect(texts.some((text) => says(text, former))).toBe(false);
});
