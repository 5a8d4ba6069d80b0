/** One instruction of a Dockerfile: `COPY --from=build a b` has the keyword COPY, the flag `from` and the text `a b`. */
export interface Instruction {
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The instructions between one FROM and the next. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

const from = /^(\S+)(?:\s+AS\s+(\S+))?$/i;

/**
 * Parses the part of the Dockerfile format that this repository uses: comments, continued lines, flags and stages.
 * @throws Error for a here-document, and for an instruction before the first FROM
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [, keyword = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (/^(?:RUN|COPY)$/i.test(keyword) && /<<-?\w/.test(rest)) {
      throw new Error(`Here-documents are not supported: ${line}`);
    }
    if (keyword.toUpperCase() === "FROM") {
      const [, base = "", name] = from.exec(rest.trim()) ?? [];
      stages.push({ base, name, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`Only FROM can come first: ${line}`);
    stage.instructions.push(parseInstruction(keyword.toUpperCase(), rest));
  }
  return stages;
}

function parseInstruction(keyword: string, rest: string): Instruction {
  const flags: Record<string, string> = {};
  let text = rest.trim();
  for (let flag = /^--(\w+)=(\S+)\s+/.exec(text); flag !== null; flag = /^--(\w+)=(\S+)\s+/.exec(text)) {
    const [all, name = "", value = ""] = flag;
    flags[name] = value;
    text = text.slice(all.length);
  }
  return { keyword, flags, text };
}

/** Joins continued lines and drops comments, also those between continued lines. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let begun = "";
  for (const line of text.split("\n")) {
    if (/^\s*#/.test(line)) continue;
    if (line.endsWith("\\")) {
      begun += `${line.slice(0, -1)} `;
      continue;
    }
    if ((begun + line).trim() !== "") lines.push((begun + line).trim());
    begun = "";
  }
  return lines;
}
