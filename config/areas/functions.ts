import * as z from "zod";
import { distinct, matching, secret } from "../fields";

/** The maximum length of a secret in the Management API, in characters. */
const maxSecretLength = 24_576;

/** Edge functions and their secrets. */
export const functionsSchema = z.strictObject({
  list: z
    .array(
      z.strictObject({
        slug: matching(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, "must be a letter, then letters, digits, _ or -"),
        entrypoint: matching(
          /^(?![/~])(?!.*\.\.)[A-Za-z0-9._/-]{1,200}\.(ts|js)$/,
          "must be a relative path to a .ts or .js file inside the project",
        ),
        verifyJwt: z.boolean().default(true),
      }),
    )
    .superRefine((list, context) => {
      list.forEach(({ slug }, index) => {
        if (list.findIndex((other) => other.slug === slug) < index)
          context.addIssue({ code: "custom", path: [index, "slug"], message: "repeats an earlier entry" });
      });
    })
    .default([
      { slug: "business-automation", entrypoint: "functions/business-automation/index.ts", verifyJwt: true },
    ])
    .meta({
      description:
        "Functions to deploy: `slug`, `entrypoint` and `verifyJwt`, whether the platform refuses callers without a valid token (default true; a webhook of a payment provider needs false).",
    }),
  secretNames: distinct(
    matching(
      /^(?!SUPABASE_)[A-Z][A-Z0-9_]{0,127}$/,
      "must be upper-case letters, digits and _, and not begin with SUPABASE_",
    ),
  )
    .default([])
    .meta({
      description: "Names of secrets the functions read; each needs its key `functionsSecrets<NAME>`.",
      example: "STRIPE_API_KEY",
    }),
  secrets: z
    .record(
      z.string(),
      secret("Secret that edge functions read as an environment variable.", {
        pattern: new RegExp(`^[^]{1,${maxSecretLength}}$`),
        words: `must have at most ${maxSecretLength} characters`,
      }),
    )
    .default({}),
});
