import { expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { fullDiff } from "../../../ops/report/diff";
import { block, code, cutMiddle, plain } from "../../../ops/report/markdown/escape";
import { commentLimit, renderMarkdown } from "../../../ops/report/markdown/render";
import type { Report } from "../../../ops/report/model";
import { recorded } from "../recordings/recording";

const report = buildReport(recorded("changeAndDrift"), { kind: "preview", stack: "dev", environment: {} });

function withChanges(number: number, text: string): Report {
  const changes = Array.from({ length: number }, (_, at) => ({
    resource: { urn: `urn:${at}`, type: "aws:s3:Bucket", name: `bucket-${at}` },
    operation: "update" as const,
    properties: [{ path: "policy", change: "update" as const, replaces: false, from: "", to: text }],
  }));
  return { ...report, changes };
}

test("the first screen distinguishes the change from the drift", () => {
  const text = renderMarkdown(report);
  const order = [
    "The change updates 1 resource.",
    "+ column shared.customers points",
    "#### Not part of this change: drift that the deployment would repair",
    "`policy shared.customers tenant_isolation`",
    "#### Not part of this change: drift that deployments keep",
    "`policy shared.customers rogue`",
    "<details><summary>SQL files (40)</summary>",
  ];

  const places = order.map((part) => text.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((one, other) => one - other));
});

test.each([
  ["backticks", "a`b``c", "```a`b``c```"],
  ["a backtick at the end", "a`", "`` a` ``"],
  ["a pipe, which would end a table cell", "a|b", "`a\\|b`"],
  ["several lines", "a\nb\t c", "`a b c`"],
  ["HTML and a mention", "<img src=x> @everyone #1", "`<img src=x> @everyone #1`"],
  ["nothing", "", ""],
])("a code span can contain %s", (_name, text, span) => {
  expect(code(text)).toBe(span);
});

test.each([
  ["1 policy is violated; nothing was changed.", "1 policy is violated; nothing was changed."],
  ["Estimated: 12.50 USD (as before), Anna's, 5%", "Estimated: 12.50 USD (as before), Anna's, 5%"],
  ["@team", "`@team`"],
  ["a_b", "`a_b`"],
  ["![x](http://evil.example/x.png)", "`![x](http://evil.example/x.png)`"],
  ["see www.evil.example", "`see www.evil.example`"],
  ["fixes GH-12", "`fixes GH-12`"],
  ["<!-- x", "`<!-- x`"],
  ["a\nb", "`a b`"],
])("a sentence from outside is shown as plain text: %s", (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test("a report from a fork's code cannot contain Markdown outside of code, or be too long", () => {
  const evil = "x** <img src=x> @team [a](javascript:b) https://evil.example | <!-- ";
  const cost = { after: 1, lines: [{ component: evil, what: evil, before: 0, after: 1 }] };
  const waiver = { until: evil, owner: evil, reason: evil };
  const drift = report.drift.map((item) => ({ ...item, waiver }));
  const long = evil.repeat(2000);

  const text = renderMarkdown({ ...report, cost, drift, verdict: { status: "changes", sentence: long } });

  const outside = text.replace(/(`{3,})[\s\S]*?\n\1/g, "").replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  expect(outside).not.toMatch(/<img|@team|javascript|evil\.example|<!--/);
  expect(text.length).toBeLessThanOrEqual(commentLimit);
});

test("text cannot close its fenced block", () => {
  expect(block("a\n```\n<script>\n````")).toBe("`````\na\n```\n<script>\n````\n`````");
});

test("a name with Markdown and HTML is shown as text", () => {
  const name = "x`</code></details><script>alert(1)</script>|[a](javascript:b)@team";
  const change = { ...withChanges(1, "t").changes[0], resource: { urn: "u", type: "t", name } };
  const text = renderMarkdown({ ...report, changes: [change as Report["changes"][number]] });

  // Outside of code, there are only our own tags.
  const outside = text.replace(/(`{3,})[\s\S]*?\n\1/g, "").replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  expect(text).toContain("<script>");
  expect(outside.match(/<[^>]+>/g)?.filter((tag) => !/^<\/?(details|summary|sub)>$/.test(tag))).toEqual([]);
  expect(outside).not.toContain("@team");
});

test("a diff of 70,000 characters is truncated in the middle, and the first screen is complete", () => {
  const lines = Array.from(
    { length: 1000 },
    (_, at) => `line ${String(at).padStart(4, "0")} ${"x".repeat(60)}`,
  );
  const long = withChanges(1, lines.join("\n"));

  const text = renderMarkdown(long);

  expect(text.length).toBeLessThanOrEqual(commentLimit);
  expect(text.length).toBeGreaterThan(commentLimit - 500);
  expect(text).toContain("line 0000");
  expect(text).toContain("line 0999");
  expect(text).not.toContain("line 0500");
  expect(text).toMatch(/… [\d,]+ characters are left out here …/);
  const firstScreen = (whole: string) => whole.slice(0, whole.indexOf("<details>"));
  expect(firstScreen(text)).toBe(firstScreen(renderMarkdown(long, { limit: 1_000_000 })));
  expect(text.trimEnd().endsWith("</sub>")).toBe(true);
});

test("a thousand replacements fit as well, with their number", () => {
  const many = withChanges(1000, "");
  const replaced = many.changes.map((change) => ({ ...change, operation: "replace" as const }));

  const text = renderMarkdown({ ...many, changes: replaced }, { limit: 4000 });

  expect(text.length).toBeLessThanOrEqual(4000);
  expect(text).toMatch(/and 9\d\d more/);
});

test("text is truncated between lines and never inside a character", () => {
  const faces = "😀".repeat(500);

  expect(cutMiddle("short", 100)).toBe("short");
  expect(cutMiddle(faces, 200).length).toBeLessThanOrEqual(200);
  expect(Buffer.from(cutMiddle(faces, 200)).toString()).toBe(cutMiddle(faces, 200));
  expect(cutMiddle("one\ntwo\n".repeat(100), 120)).toMatch(
    /^(one\ntwo\n?)+\n?… 7\d\d characters are left out here …\n(two\n)?(one\ntwo\n)+$/,
  );
});

test("a run of backticks of any length cannot make a comment too long", () => {
  const text = renderMarkdown(withChanges(1, `${"`".repeat(33_000)}\n${"line\n".repeat(20_000)}`));

  expect(text.length).toBeLessThanOrEqual(commentLimit);
  expect(text).toContain("characters are left out here");
  expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});

test("characters of four bytes are never split, and fit into a comment", () => {
  const text = renderMarkdown(withChanges(1, "😀".repeat(60_000)));

  expect(text.length).toBeLessThanOrEqual(commentLimit);
  expect(/\p{Cs}/u.test(text)).toBe(false);
});

test("a pipe after a backslash does not end a table cell", () => {
  // cmark-gfm: the longest match takes the second backslash with the bar.
  expect(code("a\\|b")).toBe("`a\\\\|b`");
});

test("two completely different texts are shown as replaced, without a search for common lines", () => {
  const lines = (word: string) => Array.from({ length: 6000 }, (_, at) => `${word} ${at}`).join("\n");
  const [change] = withChanges(1, lines("new")).changes;
  const properties = (change?.properties ?? []).map((property) => ({ ...property, from: lines("old") }));

  const diff = fullDiff({
    ...report,
    consequences: [],
    changes: [{ ...change, properties } as Report["changes"][number]],
  });

  const shown = diff.split("\n").slice(2);
  expect(shown).toHaveLength(12_000);
  expect([shown[0], shown[5999], shown[6000], shown[11_999]]).toEqual([
    "      - old 0",
    "      - old 5999",
    "      + new 0",
    "      + new 5999",
  ]);
});

test.each([
  ["an array in a text", "[".repeat(50_000) + "]".repeat(50_000)],
  ["an object in a text", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ["an array", JSON.parse("[".repeat(500) + "]".repeat(500))],
])("a value that is nested too deeply is shown in one line: %s", (_name, value) => {
  const lines = fullDiff({ ...withChanges(1, value), consequences: [] }).split("\n");

  expect(lines).toHaveLength(2);
  expect(lines[1]?.length).toBeLessThan(400_000);
});

test("a value of fifty levels has a line for each member", () => {
  const value = "[".repeat(50) + "]".repeat(50);

  expect(fullDiff({ ...withChanges(1, value), consequences: [] }).split("\n").length).toBeGreaterThan(90);
});

test.each([
  [1, "1 resource is unchanged"],
  [2, "2 resources are unchanged"],
])("the footer counts %i resources", (unchangedResources, text) => {
  expect(renderMarkdown({ ...report, unchangedResources })).toContain(text);
});
