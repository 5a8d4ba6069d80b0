import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, YAMLParseError } from "yaml";
import * as z from "zod";
import { UserError } from "../foundation/userError";
import type { ConfigInput } from "./parse";
import { passphraseCrypter } from "./passphrase";
import { configNamespace } from "./schema";

/** A Pulumi.<stack>.yaml in the form that the engine passes to a program with the decryption key. */
export interface StackFile extends ConfigInput {
  /** Key → ciphertext of `secure:` values. Their plain texts are not in `values`. */
  ciphertexts: Readonly<Record<string, string>>;
  /** The salt of passphrase secrets, if the file has one. */
  encryptionSalt?: string | undefined;
}

/**
 * Reads a stack file without an engine, so that a configuration can be checked before anything starts. Secrets stay
 * encrypted: `values` only contains the plain keys, and the caller adds known secrets.
 */
export function readStackFile(file: string): StackFile {
  const stack = /^Pulumi\.(.+)\.yaml$/.exec(path.basename(file))?.[1] ?? path.basename(file);
  const { config, encryptionsalt } = parseStackFile(file);
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  const ciphertexts: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    const key = name.includes(":") ? name : `${configNamespace}:${name}`;
    const ciphertext = secureText(value);
    if (ciphertext !== undefined) ciphertexts[key] = ciphertext;
    else values[key] = typeof value === "object" ? jsonOf(value, file) : String(value);
    if (holdsSecure(value)) secretKeys.push(key);
  }
  return { stack, values, secretKeys, ciphertexts, encryptionSalt: encryptionsalt };
}

function jsonOf(value: unknown, file: string): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new UserError(`${file} has a YAML alias that contains itself: correct it and try again.`, 1, {
      cause,
    });
  }
}

const stackFile = z.object({
  config: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((config) => config ?? {}),
  encryptionsalt: z.string().optional(),
});

function parseStackFile(file: string): z.output<typeof stackFile> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(`${file} cannot be read: restore it with \`git checkout\` and try again.`, 1, {
      cause,
    });
  }
  try {
    return stackFile.parse(parse(text) ?? {});
  } catch (cause) {
    // The parser's message quotes the line, which may contain a secret.
    const line = cause instanceof YAMLParseError ? cause.linePos?.[0].line : undefined;
    const issue =
      line === undefined ? "is not a stack file with a map `config`" : `is not YAML from line ${line} on`;
    throw new UserError(`${file} ${issue}: correct it and try again.`, 1, { cause });
  }
}

/** Returns the file with decrypted secrets. Throws a UserError if the file has no salt or the passphrase is wrong. */
export function openStackFile(file: StackFile, passphrase: string): ConfigInput {
  if (file.encryptionSalt === undefined)
    throw new UserError(
      `Pulumi.${file.stack}.yaml has no encryptionsalt, so its secrets cannot be decrypted: restore the line and try again.`,
    );
  const crypter = passphraseCrypter(passphrase, file.encryptionSalt);
  const open = (key: string, ciphertext: string) => {
    try {
      return crypter.decrypt(ciphertext);
    } catch {
      throw new UserError(
        `The secret ${key} was not encrypted with this file's key; run: pulumi config set --stack ${file.stack} --secret ${key}`,
      );
    }
  };
  const opened = Object.entries(file.ciphertexts).map(([key, text]) => [key, open(key, text)]);
  return {
    stack: file.stack,
    values: { ...file.values, ...Object.fromEntries(opened) },
    secretKeys: file.secretKeys,
  };
}

/** Returns the ciphertext of `{secure: …}`; undefined for anything else. */
function secureText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  const [name, text] = entries[0] ?? [];
  return entries.length === 1 && name === "secure" && typeof text === "string" ? text : undefined;
}

function holdsSecure(value: unknown): boolean {
  if (secureText(value) !== undefined) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecure);
}
