import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleEntryPoint } from "../../../components/edgeFunctions/bundleEntryPoint";
import { serveInDeno } from "../../support/deno";
import { clients, reason } from "../../support/officialClients";

// What a bundle is worth shows in Deno alone: each of these functions is served there and asked for its answer.

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
    ["late, where they are used", '(() => require("events"))()', '(() => require("node:crypto"))()'],
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
});
