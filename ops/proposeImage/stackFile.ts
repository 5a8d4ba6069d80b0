import { Composer, CST, isAlias, isCollection, isScalar, Parser } from "yaml";
import { UserError } from "../../foundation/userError";

const keys = ["config", "thorbis-supabase:backup", "image"];

/**
 * Returns a stack file with another digest of the same image. The rest of the file keeps its layout, its quotes and its comments. Throws a
 * UserError for an invalid digest, and for a file that has no image or is not valid YAML.
 */
export function withDigest(stackFile: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new UserError(
      `${JSON.stringify(digest)} is not the digest of an image: a digest is sha256: and 64 hexadecimal digits.`,
    );
  }
  const tokens = [...new Parser().parse(stackFile)];
  const [document] = [...new Composer({ keepSourceTokens: true }).compose(tokens)];
  const [error] = document?.errors ?? [];
  if (error !== undefined) {
    throw new UserError(`The stack file is not valid YAML: ${error.message.split("\n", 1)[0]}`);
  }
  const contents = document?.contents;
  const node = isCollection(contents) ? contents.getIn(keys, true) : undefined;
  const image = isAlias(node) && document !== undefined ? node.resolve(document) : node;
  const token = (node as { srcToken?: CST.Token } | undefined)?.srcToken;
  if (
    !isScalar(image) ||
    typeof image.value !== "string" ||
    image.value.trim() === "" ||
    token === undefined
  ) {
    throw new UserError("The stack file has no thorbis-supabase:backup.image.");
  }
  const name = image.value
    .trim()
    .replace(/@[\w+.-]+:[0-9a-f]+$/, "")
    .replace(/:[\w.-]+$/, "");
  const value = `${name}@${digest}`;
  // Its indentation and its line endings stay.
  if (token.type === "block-scalar") token.source = token.source.replace(/\S(?:[\s\S]*\S)?/, () => value);
  else CST.setScalarValue(token, value);
  return tokens.map((each) => CST.stringify(each)).join("");
}
