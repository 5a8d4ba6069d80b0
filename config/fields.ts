import { z } from "zod";
import { SecretText } from "./secretText";

declare module "zod" {
  /** What a leaf says about itself beside its type and its description. */
  interface GlobalMeta {
    /** A valid value, for documentation and for the command that a fault proposes; the default does where there is one. */
    example?: string | number | boolean;
    /** Marks a secret leaf: it is set under a key of its own (docs/adr/0001-secrets-have-their-own-keys.md). */
    secret?: boolean;
  }
}

/** A secret leaf; `format` says in words what its text must look like, and never shows the text. */
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
 * A password of a database role. It travels in connection URLs, so its alphabet is the one that needs no
 * percent-encoding: a password that must be encoded is sooner or later encoded twice or not at all.
 */
export function databasePassword(description: string) {
  return secret(`${description} At least 16 characters of A–Z a–z 0–9 . _ ~ -`, {
    pattern: /^[A-Za-z0-9._~-]{16,128}$/,
    words: "must be 16 to 128 characters of A-Z a-z 0-9 . _ ~ - (others would need encoding in URLs)",
  });
}

/** An integer within inclusive bounds. */
export const integer = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

/** A text that must match, with the rule in words: zod's own message would show the pattern only. */
export const matching = (pattern: RegExp, words: string) => z.string().regex(pattern, { error: words });

/** A text that passes `problem`, which says what is wrong without quoting the text. */
export function checkedText(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

/** An absolute http or https URL. Commas are refused: the Auth API joins and splits URL lists at commas. */
export const webUrl = () =>
  checkedText((text) => {
    if (text.includes(",")) return "must not contain a comma";
    if (!URL.canParse(text) || !/^https?:\/\/[^\s]+$/i.test(text))
      return "must be an http:// or https:// URL";
    return undefined;
  });

export const emailAddress = () => matching(/^[^\s@,]+@[^\s@,]+\.[^\s@,.]+$/, "must be an e-mail address");

/** An IANA time zone, spelled exactly as the database spells it: services compare it as text. */
export const timeZone = () =>
  checkedText((text) =>
    text === "UTC" || Intl.supportedValuesOf("timeZone").includes(text)
      ? undefined
      : "must be an IANA time zone in its exact spelling, such as Europe/Berlin",
  );

/** A list whose entries are all different. */
export function distinct<T extends z.ZodType<string>>(entry: T) {
  return z.array(entry).superRefine((list, context) => {
    list.forEach((value, index) => {
      if (list.indexOf(value) < index)
        context.addIssue({ code: "custom", path: [index], message: "repeats an earlier entry" });
    });
  });
}
