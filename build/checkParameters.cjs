// Fails if a function has more than three positional parameters. One object may follow them: either destructured, or
// named `options` or `context`. Arguments:
//   node build/checkParameters.cjs [file…]      by default all sources of the repository
//
// A function that is written as an argument of a call is not checked, because its signature belongs to the called function.
const { execFileSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

const maxPositional = 3;
const trailing = new Set(["options", "context"]);

/** Functions whose signature a library dictates, by file. */
const dictated = new Map([
  // @octokit/plugin-throttling calls it with the number of retries as the fourth argument.
  ["ops/github/client.ts", ["waits"]],
]);

const root = path.resolve(__dirname, "..");
const files = process.argv.length > 2 ? process.argv.slice(2) : sources();
const found = files.flatMap(tooManyParameters);
for (const { file, line, name } of found) {
  console.error(
    `${file}:${line}: ${name} has more than ${maxPositional} positional parameters. Pass the others as one object with named fields.`,
  );
}
process.exitCode = found.length === 0 ? 0 : 1;

/** Returns the tracked and new sources, without generated code. */
function sources() {
  const patterns = ["*.ts", "*.mts", "*.cjs", "*.mjs", ":!sdks"];
  const listed = [
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    ...patterns,
  ];
  return execFileSync("git", listed, { cwd: root, encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .filter((file) => existsSync(path.join(root, file)));
}

/** @param {string} file */
function tooManyParameters(file) {
  const text = readFileSync(path.resolve(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {{ file: string, line: number, name: string }[]} */
  const found = [];
  /** @param {import("typescript").Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node) && !isArgument(node) && hasTooMany(node.parameters)) {
      const name = nameOf(node);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (!dictated.get(file)?.includes(name)) found.push({ file, line: line + 1, name });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {import("typescript").SignatureDeclaration} node */
function isArgument(node) {
  return (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && ts.isCallExpression(node.parent);
}

/** @param {readonly import("typescript").ParameterDeclaration[]} parameters */
function hasTooMany(parameters) {
  const positional = parameters.filter(
    ({ name, dotDotDotToken }) => dotDotDotToken === undefined && name.getText() !== "this",
  );
  const [first, ...more] = positional.slice(maxPositional);
  if (first === undefined) return false;
  return more.length > 0 || !(ts.isObjectBindingPattern(first.name) || trailing.has(first.name.getText()));
}

/** @param {import("typescript").SignatureDeclaration} node */
function nameOf(node) {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent))
    return node.parent.name.getText();
  return ts.isConstructorDeclaration(node) ? "the constructor" : "a function";
}
