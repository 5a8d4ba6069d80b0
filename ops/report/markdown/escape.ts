// Everything that a report quotes is in a code span or a fenced block, unless it consists of harmless characters, so it cannot
// contain Markdown, HTML, a mention or a link.

/** The maximum number of characters in a cell or word. */
const maxSpanLength = 240;

/** The maximum number of backticks in a row. */
const maxBackticks = 40;

/** Returns a text as a code span in one line, which is also valid in a table. */
export function code(text: string, longest = maxSpanLength): string {
  const line = shorten(withShortRuns(text).replace(/\s+/g, " ").trim(), longest);
  if (line === "") return "";
  const fence = "`".repeat(longestRun(line, "`") + 1);
  const padding = line.startsWith("`") || line.endsWith("`") ? " " : "";
  // A bar ends a table cell, even in code.
  return `${fence}${padding}${line.replaceAll("|", "\\|")}${padding}${fence}`;
}

/** Letters, digits and punctuation without a meaning in Markdown. GitHub makes links of `www.` and of `GH-1`. */
const harmless = /^(?!.*(?:www\.|\bgh-\d))[\p{L}\p{N} .,;:()'%-]*$/iu;

/**
 * Returns a sentence as it is if it can only be read as text, or as a code span. A report from the code of a fork may contain
 * anything instead of our own sentence.
 */
export function plain(text: string, longest = 1000): string {
  return harmless.test(text) && text.length <= longest ? text : code(text, longest);
}

/** Returns a text as a fenced block. */
export function block(text: string, language = ""): string {
  const content = withShortRuns(text);
  const fence = "`".repeat(Math.max(3, longestRun(content, "`") + 1));
  return `${fence}${language}\n${content.replace(/\n+$/, "")}\n${fence}`;
}

/** The maximum number of characters that {@link block} adds to a text. */
export const blockOverhead = 2 * (maxBackticks + 1) + 10;

/**
 * Shortens runs of backticks, because a fence is longer than any run of backticks inside. A run of any length would make it exceed
 * every limit.
 */
function withShortRuns(text: string): string {
  return text.replace(/`+/g, (run) =>
    run.length <= maxBackticks ? run : `${"`".repeat(maxBackticks - 1)}…`,
  );
}

/** Returns a text without its middle if it is too long: the beginning shows what it is, the end shows the result. */
export function cutMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const note = (number: number) => `\n… ${number.toLocaleString("en")} characters are left out here …\n`;
  const room = longest - note(text.length).length;
  if (room <= 0) return shorten(text, longest);
  const head = wholeLines(text.slice(0, Math.ceil(room / 2)), "end");
  const tail = wholeLines(text.slice(text.length - Math.floor(room / 2)), "start");
  return `${head}${note(text.length - head.length - tail.length)}${tail}`;
}

/** Returns the text without the truncated line, unless it is the only one. Characters are never split. */
function wholeLines(text: string, cut: "start" | "end"): string {
  const at = cut === "end" ? text.lastIndexOf("\n") : text.indexOf("\n");
  if (at < 0)
    return cut === "end" ? text.replace(/[\ud800-\udbff]$/, "") : text.replace(/^[\udc00-\udfff]/, "");
  return cut === "end" ? text.slice(0, at) : text.slice(at + 1);
}

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function longestRun(text: string, character: string): number {
  let [longest, run] = [0, 0];
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
