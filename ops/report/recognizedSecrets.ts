import type { TextRange } from "./textRanges";

interface SecretPattern {
  readonly pattern: RegExp;
  /** Returns where the secret ends in what was found; 0 if there is none. */
  readonly endOf: (found: string, groups: RegExpMatchArray["groups"]) => number;
}

/**
 * Patterns of secrets, which are masked wherever they appear. A group `(?<name>…)` precedes the secret and is shown. An untrusted report
 * may contain megabytes of anything, so they take linear time and constant stack: what is repeated needs no backtracking, and `x{20}x*` is
 * not `x{20,}`, which needs stack for each character.
 */
const patterns: readonly (RegExp | SecretPattern)[] = [
  // The password of a URL, which may contain what has to be encoded there. A port is not one.
  {
    pattern: /(?<name>\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"']*:)(?!\d+(?:[/?#\s"']|$))[^\s"'`<>]+/gi,
    endOf: (found) => found.lastIndexOf("@"),
  },
  // The same with a quote in the password, but not with one that ends a string.
  /(?<name>\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@"']{0,100}:)(?!\d+(?:[/?#\s"']|$))[^\s"'`<>@/]{0,100}["'](?![,:;\])}\\])(?:[^\s"'`<>@/]|["'](?![,:;\])}\\])){0,100}(?=@)/gi,
  // Also a key whose end was cut off, but not the line in a message that only names it.
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?=[^\S\n]*(?:\n|\\+[nr]|[A-Za-z0-9+/=]{16}))[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|(?=-----)|$)/g,
  // Signed ones have three parts, encrypted ones five, which may be empty.
  {
    pattern: /\beyJ[\w-]{8}[\w-]*(?<parts>(?:\.[\w-]*){4}|\.[\w-]{8}[\w-]*\.[\w-]+)?/g,
    endOf: (found, groups) => (groups?.parts === undefined ? 0 : found.length),
  },
  /\bsb[a-z]*_[A-Za-z0-9_-]{20}[A-Za-z0-9_-]*/g,
  /\b(?:gh[pousr]_|github_pat_)\w{20}\w*/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<name>(?:secret_?access_?key|session_?token)(?:\\{0,3}["'])?\s?[:=]\s?(?:\\{0,3}["'])?)[A-Za-z0-9/+=]{16}[A-Za-z0-9/+=]*/gi,
  /\bpul-[0-9a-f]{40}\b/g,
  // GitLab, npm, Google, SendGrid, Resend.
  /\bglpat-[\w-]{20}[\w-]*/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bAIza[\w-]{35}/g,
  /\bSG\.[\w-]{22}\.[\w-]{43}/g,
  /\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{20}[A-Za-z0-9]*/g,
  /\b(?:v1,)?whsec_[A-Za-z0-9+/=_-]{16}[A-Za-z0-9+/=_-]*/g,
  /\b(?:sk-|[sr]k_(?:org_)?(?:live|test)_)[A-Za-z0-9_-]{16}[A-Za-z0-9_-]*/g,
  /\bxox[a-z]-[A-Za-z0-9-]{10}[A-Za-z0-9-]*/g,
  /(?<name>\bhooks\.slack\.com\/services\/)[\w/]+/g,
  /(?<name>\bX-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi,
  /(?<name>\bAuthorization["']?\s?[:=]\s?["']?Basic\s+)[\w+/=-]+/gi,
  /(?<name>\bBearer\s+)[\w.~+/=-]{16}[\w.~+/=-]*/gi,
  /\bSCRAM-SHA-256\$[^\s"']+/g,
  /\bmd5[0-9a-f]{32}\b/g,
];

/** Returns what looks like a secret, whether it is known or not. */
export function recognizedSecrets(text: string): TextRange[] {
  return patterns.flatMap((each) => {
    const pattern = each instanceof RegExp ? each : each.pattern;
    const ranges: TextRange[] = [];
    for (const { 0: found, index, groups } of text.matchAll(pattern)) {
      const name = groups?.name?.length ?? 0;
      const end = each instanceof RegExp ? found.length : each.endOf(found, groups);
      if (end > name) ranges.push({ start: index + name, end: index + end });
    }
    return ranges;
  });
}
