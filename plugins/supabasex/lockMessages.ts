// Messages about locks and hazards that the provider of SQL bundles writes and the reports in ops/ parse.

/** The titles of the lists. */
export const wouldBlock = "What the deployment would block:";
export const hasBlocked = "What the deployment blocked:";
export const hazardsFound = "Hazards of the migrations:";

/** One relation that a statement locks, reads or rewrites. */
export interface LockLine {
  /** `path:line` of the statement, relative to the user's folder. */
  readonly place: string;
  /** The statement on one line. */
  readonly statement: string;
  readonly relation: string;
  /** As PostgreSQL's documentation writes it. */
  readonly lock: string;
  readonly blocks: string;
  /** Seconds until the transaction ended; missing if the statement did not run. */
  readonly heldSeconds?: number | undefined;
  readonly rewritten: boolean;
  readonly scanned: boolean;
  /** Missing if the table was never analyzed. */
  readonly rows?: number | undefined;
  readonly bytes: number;
}

export interface HazardLine {
  readonly hazard: string;
  readonly relation: string;
  readonly place: string;
  /** What happens and what to do instead; if accepted, the reason. */
  readonly text: string;
  readonly isAccepted: boolean;
}

/** Returns a size in the largest unit in which it is at least 1. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Returns the lines of a list of locks: a statement, and its relations below. */
export function lockLines(locks: readonly LockLine[]): string[] {
  const lines: string[] = [];
  let last = "";
  for (const { place, statement, relation, lock, blocks, heldSeconds, ...rest } of locks) {
    const title = `  ${place}: ${statement}`;
    if (title !== last) lines.push(title);
    last = title;
    const held = heldSeconds === undefined ? "not measured" : `for ${heldSeconds.toFixed(1)} s`;
    const work = [rest.rewritten ? "rewritten" : "", rest.scanned ? "read in full" : ""].filter(
      (text) => text !== "",
    );
    const rows = rest.rows === undefined ? [] : [`${rest.rows} rows`];
    lines.push(
      `    ${[relation, lock, blocks, held, ...work, ...rows, `${rest.bytes} bytes (${sizeText(rest.bytes)})`].join("; ")}`,
    );
  }
  return lines;
}

/** A relation, which may have any name, and its lock. */
const lockLine = /^ {4}(.*); ([A-Z ]+); (blocks [a-z ]+); (not measured|for [\d.]+ s); (.*)$/;

/** Parses what {@link lockLines} returned. */
export function locksIn(lines: readonly string[]): LockLine[] {
  let place = "";
  let statement = "";
  return lines.flatMap((line): LockLine[] => {
    const title = /^ {2}(\S.*?:\d+): (.*)$/.exec(line);
    if (title !== null) {
      [, place = "", statement = ""] = title;
      return [];
    }
    const [, relation = "", lock = "", blocks = "", held = "", tail = ""] = lockLine.exec(line) ?? [];
    const rest = tail.split("; ");
    const seconds = /^for ([\d.]+) s$/.exec(held)?.[1];
    const number = (unit: string) => {
      const found = rest.map((part) => new RegExp(`^(\\d+) ${unit}\\b`).exec(part)?.[1]).find(Boolean);
      return found === undefined ? undefined : Number(found);
    };
    const rows = number("rows");
    return [
      {
        ...{ place, statement, relation, lock, blocks },
        ...(seconds === undefined ? {} : { heldSeconds: Number(seconds) }),
        rewritten: rest.includes("rewritten"),
        scanned: rest.includes("read in full"),
        ...(rows === undefined ? {} : { rows }),
        bytes: number("bytes") ?? 0,
      },
    ];
  });
}

/** Returns the lines of a list of hazards, two for each. */
export function hazardLines(hazards: readonly HazardLine[]): string[] {
  return hazards.flatMap(({ hazard, relation, place, text, isAccepted }) => [
    `  ${hazard} ${relation} (${place})${isAccepted ? ", accepted" : ""}`,
    `    ${text}`,
  ]);
}

/** Parses what {@link hazardLines} returned. */
export function hazardsIn(lines: readonly string[]): HazardLine[] {
  return lines.flatMap((line, at): HazardLine[] => {
    const match = /^ {2}([a-z-]+) (\S.*) \((.*:\d+)\)(, accepted)?$/.exec(line);
    if (match === null) return [];
    const [, hazard = "", relation = "", place = "", accepted] = match;
    return [
      { hazard, relation, place, text: (lines[at + 1] ?? "").trim(), isAccepted: accepted !== undefined },
    ];
  });
}
