import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellQuote } from "../../foundation/shellQuote";

test.each(["", "plain", "two words", "it's", `"$HOME"`, "`id`", "a\\b", "line\nbreak", "-n", "é"])(
  "a shell reads %j as one unchanged word",
  (text) => {
    const printed = execFileSync("sh", ["-c", `printf '%s|' ${shellQuote(text)} end`], { encoding: "utf8" });

    expect(printed).toBe(`${text}|end|`);
  },
);
