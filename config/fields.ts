import * as z from "zod";
import { SecretText } from "./secretText";

declare module "zod" {
  /** The metadata of a leaf in addition to its type and description. */
  interface GlobalMeta {
    /**
     * A valid value, for documentation and for the command that an issue proposes. The default is used if there is one.
     */
    example?: string | number | boolean;
    /** Marks a secret leaf, which is set under its own key (docs/adr/0001-secrets-have-their-own-keys.md). */
    secret?: boolean;
  }
}

/** Returns a secret leaf. `format` describes its format in words, and never shows the value. */
export function secret(description: string, format?: { pattern: RegExp; words: string }) {
  return z
    .custom<SecretText>((value) => value instanceof SecretText, { abort: true, error: "must be a secret" })
    .refine((value) => value.reveal().trim() !== "", { abort: true, error: "must not be empty" })
    .refine((value) => format === undefined || format.pattern.test(value.reveal()), {
      error: format?.words ?? "",
    })
    .meta({ description, secret: true });
}

/**
 * Returns the schema of a database role's password. It is part of connection URLs, so its characters are those that
 * need no percent-encoding: encoding is easily applied twice or not at all.
 */
export function databasePassword(description: string) {
  return secret(`${description} At least 16 characters of A–Z a–z 0–9 . _ ~ -`, {
    pattern: /^[A-Za-z0-9._~-]{16,128}$/,
    words: "must be 16 to 128 characters of A-Z a-z 0-9 . _ ~ - (others would need encoding in URLs)",
  });
}

/** Returns the schema of an integer within inclusive bounds. */
export const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

/**
 * Returns the schema of a string that must match, with the rule in words. zod's own message would only show the
 * pattern.
 */
export const matching = (pattern: RegExp, words: string) => z.string().regex(pattern, { error: words });

/** Returns the schema of a string that passes `problem`, which describes the error without quoting the string. */
export function checkedText(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

/**
 * Returns the schema of an absolute http or https URL. Commas are refused, because the Auth API joins and splits URL
 * lists at commas.
 */
export const webUrl = () =>
  checkedText((text) => {
    if (text.includes(",")) return "must not contain a comma";
    if (!URL.canParse(text) || !/^https?:\/\/[^\s]+$/i.test(text))
      return "must be an http:// or https:// URL";
    return undefined;
  });

export const emailAddress = () => matching(/^[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/, "must be an email address");

/** Returns the schema of an IANA time zone, spelled exactly as in the database, because services compare it as text. */
export const timeZone = () =>
  checkedText((text) =>
    text === "UTC" || Intl.supportedValuesOf("timeZone").includes(text)
      ? undefined
      : "must be an IANA time zone in its exact spelling, such as Europe/Berlin",
  );

/** Returns the schema of a list with distinct entries. */
export function distinct<T extends z.ZodType<string>>(entry: T) {
  return z.array(entry).superRefine((list, context) => {
    list.forEach((value, index) => {
      if (list.indexOf(value) < index)
        context.addIssue({ code: "custom", path: [index], message: "repeats an earlier entry" });
    });
  });
}
