import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleEntryPoint } from "../../../components/edgeFunctions/bundleEntryPoint";
import { checkoutRoot } from "../../../foundation/checkout";
import { serveInDeno } from "../../support/deno";
import { clients, reason } from "../../support/officialClients";

// Only Deno shows whether a bundle works: each of these functions is served there, and its response is checked.

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "edge function "));
  await write("package-lock.json", "{}");
});

afterEach(() => rm(root, { recursive: true }));

async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function answerOf(source: string): Promise<string> {
  await write("functions/x/index.ts", source);
  const file = path.join(root, bundleEntryPoint("x", "functions/x/index.ts", root));
  const served = await serveInDeno(file, path.join(root, "deno"));
  try {
    return await (await fetch(served.url)).text();
  } finally {
    await served.stop();
  }
}

describe.skipIf(typeof clients === "string")(`in Deno${reason}`, () => {
  test.each([
    ["by their full names", 'require("node:events")', 'require("node:crypto")'],
    ["by their short names", 'require("events")', 'require("crypto")'],
    ["lazily, where they are used", '(() => require("events"))()', '(() => require("node:crypto"))()'],
  ])("a CommonJS package that loads modules of Node %s", async (_, events, crypto) => {
    await write("node_modules/old/package.json", '{"name":"old","version":"1.0.0","main":"index.js"}');
    await write(
      "node_modules/old/index.js",
      `const { EventEmitter } = ${events};
     module.exports = class extends EventEmitter {
       hash(text) { return ${crypto}.createHash("sha256").update(text).digest("hex").slice(0, 8); }
     };`,
    );

    const answer = await answerOf(`
    import Old from "old";
    const old = new Old();
    let heard = "";
    old.on("word", (word: string) => { heard = word; });
    Deno.serve(() => { old.emit("word", "heard"); return new Response(heard + " " + old.hash("x")); });
  `);

    expect(answer).toBe("heard 2d711642");
  });

  test.each([
    [
      "a computed name",
      `module.exports = typeof require(["node", "events"].join(":")).EventEmitter;`,
      "function",
    ],
    [
      "an optional part that is not installed",
      `let part; try { part = require("part"); } catch { part = "none"; } module.exports = part;`,
      "none",
    ],
    [
      "its own folder and file",
      `module.exports = require("path").relative(__dirname, __filename);`,
      "index.js",
    ],
    [
      "globals of Node",
      `module.exports = Buffer.from("hi").toString("hex") + typeof process.env + typeof global.setImmediate;`,
      "6869objectfunction",
    ],
  ])("a CommonJS package that asks for %s", async (_, source, expected) => {
    await write("node_modules/old/package.json", '{"name":"old","version":"1.0.0","main":"index.js"}');
    await write("node_modules/old/index.js", source);

    const answer = await answerOf('import old from "old";\nDeno.serve(() => new Response(String(old)));');

    expect(answer).toBe(expected);
  });

  test.each([
    ["pg", 'new old.Client({ connectionString: "postgres://u:p@h.example:5432/d" }).host', "h.example"],
    ["source-map-support", "typeof old.install", "function"],
    ["google-protobuf", "typeof old.BinaryReader", "function"],
  ])("the package %s, which is CommonJS", async (name, expression, expected) => {
    await symlink(path.join(checkoutRoot(), "node_modules"), path.join(root, "node_modules"));

    const answer = await answerOf(
      `import old from "${name}";\nDeno.serve(() => new Response(String(${expression})));`,
    );

    expect(answer).toBe(expected);
  });

  test("a module that imports modules of Node by their short names", async () => {
    const answer = await answerOf(`
    import { posix } from "path";
    Deno.serve(() => new Response(posix.join("a", "b")));
  `);

    expect(answer).toBe("a/b");
  });

  test("the import map of a deno.json, with names, folders and comments", async () => {
    await write(
      "functions/x/deno.json",
      `{
      // As the Supabase CLI writes it, and more.
      "imports": {
        "one": "./one.ts",
        "lib/": "./lib/",
        "@/": "./lib/",
        "path": "node:path",
      },
    }`,
    );
    await write("functions/x/one.ts", "export const one: number = 1;");
    await write("functions/x/lib/two.ts", "export const two: number = 2; // http://example.org");

    const answer = await answerOf(`
    import { one } from "one";
    import { two } from "lib/two.ts";
    import { two as again } from "@/two.ts";
    import { posix } from "path";
    Deno.serve(() => new Response(posix.join(String(one), String(two), String(again))));
  `);

    expect(answer).toBe("1/2/2");
  });

  test("modules next to the function's folder, through a deno.jsonc", async () => {
    await write(
      "functions/x/deno.jsonc",
      '{ /* shared */ "imports": { "@shared/": "../_shared/" }, "lock": false }',
    );
    await write("functions/_shared/cors.ts", 'export const cors: string = "allowed";');

    const answer = await answerOf(
      'import { cors } from "@shared/cors.ts";\nDeno.serve(() => new Response(cors));',
    );

    expect(answer).toBe("allowed");
  });

  test.each([
    ["react", { jsx: "react", jsxFactory: "jsx" }, 'import { jsx } from "mini/jsx-runtime";'],
    ["react-jsx", { jsx: "react-jsx", jsxImportSource: "mini" }, ""],
    ["precompile", { jsx: "precompile", jsxImportSource: "mini" }, ""],
  ])("JSX, compiled according to the deno.json: %s", async (_, compilerOptions, imports) => {
    const settings = { compilerOptions, imports: { "mini/jsx-runtime": "./mini.ts" } };
    await write("functions/x/deno.json", JSON.stringify(settings));
    await write(
      "functions/x/mini.ts",
      `export const jsx = (tag: string, properties: { children?: string } | null, ...children: string[]) =>
        "<" + tag + ">" + (properties?.children ?? children.join(""));`,
    );
    await write("functions/x/view.tsx", `${imports}\nexport const view = <p>hi</p>;`);

    const answer = await answerOf(
      'import { view } from "./view.tsx";\nDeno.serve(() => new Response(String(view)));',
    );

    expect(answer).toBe("<p>hi");
  });
});
