import type { Answers } from "../../session/wire";
import { type FileNotice, placeOf, withoutControls } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { type Prefix, placeInFile, statementReached } from "./filePlace";

/** Returns the server's notices about the file's own statements, as lines with their place. */
export function said(file: BundleFile, { notices, noticesDropped }: Answers, prefix: Prefix): FileNotice[] {
  const lines = notices.flatMap((notice) => {
    const statement = statementReached(file, notice.completed, prefix);
    // Our statements come before and after the file's own.
    if (statement === undefined) return [];
    const index = placeInFile(file, notice, { prefix, statement }) ?? statement.start;
    const place = `${file.display}:${placeOf(file.text, index).line}`;
    const more = [notice.detail, notice.hint].filter((text) => text !== undefined);
    const text = [`${place}: ${notice.message}`, ...more].join("\n").replaceAll("\n", "\n  ");
    return [{ severity: notice.severity, line: withoutControls(text) }];
  });
  if (noticesDropped === 0 || lines.length === 0) return lines;
  return [...lines, { severity: "NOTICE", line: `${file.display}: … and ${noticesDropped} more` }];
}
