import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

const bench = path.join(checkoutRoot(), "bench");
const programs = readdirSync(bench, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

test("no benchmark loads vitest, which cannot be loaded outside of a test", async () => {
  const { metafile } = await build({
    entryPoints: programs.map((name) => path.join(bench, name)),
    outdir: "unused",
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "error",
  });

  const loading = Object.entries(metafile.inputs)
    .filter(([, { imports }]) =>
      imports.some(({ path: name, kind }) => name === "vitest" && kind !== "dynamic-import"),
    )
    .map(([name]) => name);
  expect(programs).toContain("largeProject.ts");
  expect(loading).toEqual([]);
});

test("each measurement has a comment with the command that runs it", () => {
  const starting = programs.filter((name) =>
    /^(void )?(main|runBundled)\(/m.test(readFileSync(path.join(bench, name), "utf8")),
  );
  const unnamed = starting.filter((name) => {
    const text = readFileSync(path.join(bench, name), "utf8");
    // What is started by another file says nothing.
    return !text.includes(`npx tsx bench/${name}`) && !/(^|\/)(main|deploy)\.ts$/.test(name);
  });
  expect(unnamed).toEqual([]);
});
