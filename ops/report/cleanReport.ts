import * as z from "zod";
import { isJsonObject, type JsonValue } from "../../foundation/json";
import { mapTexts } from "./mask";
import { type Report, reportSchema } from "./model";

/** The members of a report that contain any JSON. */
const freeMembers: ReadonlySet<string> = new Set(["from", "to"]);

/** The members with a fixed set of words → these words. */
const fixedWords = fixedWordsIn(z.toJSONSchema(reportSchema) as JsonValue);

/**
 * Returns a report with all texts cleaned. The words of its format and the name of its stack stay, because a secret may be equal to one
 * of them, for example a local password `resource`.
 */
export function cleanReport(report: Report, clean: (text: string) => string): Report {
  const visit = (part: JsonValue, name: string): JsonValue => {
    if (freeMembers.has(name)) return mapTexts(part, clean);
    if (typeof part === "string") return fixedWords.get(name)?.has(part) === true ? part : clean(part);
    if (Array.isArray(part)) return part.map((each) => visit(each, name));
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, visit(member, key)]));
  };
  const cleaned = visit(report as unknown as JsonValue, "") as unknown as Report;
  return { ...cleaned, stack: report.stack };
}

function fixedWordsIn(schema: JsonValue, found = new Map<string, Set<JsonValue>>()) {
  if (Array.isArray(schema)) for (const part of schema) fixedWordsIn(part, found);
  if (!isJsonObject(schema)) return found;
  for (const [name, member] of Object.entries(isJsonObject(schema.properties) ? schema.properties : {})) {
    const words = isJsonObject(member) && Array.isArray(member.enum) ? member.enum : [];
    if (words.length > 0) found.set(name, new Set([...(found.get(name) ?? []), ...words]));
  }
  for (const part of Object.values(schema)) fixedWordsIn(part, found);
  return found;
}
