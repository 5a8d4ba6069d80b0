/** The allowed values of a field of a cron expression, and the names of some values. */
export interface FieldDomain {
  from: number;
  to: number;
  names?: readonly string[];
}

export const fieldDomains = {
  minutes: { from: 0, to: 59 },
  hours: { from: 0, to: 23 },
  dayOfMonth: { from: 1, to: 31 },
  month: {
    from: 1,
    to: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  },
  // Unlike crontab's week, AWS's starts with Sunday as 1.
  dayOfWeek: { from: 1, to: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
  year: { from: 1970, to: 2199 },
} satisfies Record<string, FieldDomain>;

/**
 * Returns the values of `1,5-7,10/15` or `*` in ascending order; undefined if the expression is not valid in the
 * domain.
 */
export function parseField(field: string, domain: FieldDomain): number[] | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const expanded = expandPart(part, domain);
    if (expanded === undefined) return undefined;
    for (const value of expanded) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function expandPart(part: string, domain: FieldDomain): number[] | undefined {
  const match = /^(\*|[A-Za-z]+|\d+)(?:-([A-Za-z]+|\d+))?(?:\/(\d+))?$/.exec(part);
  if (match === null) return undefined;
  const [, start = "", end, step] = match;
  if (start === "*" && end !== undefined) return undefined;
  const from = start === "*" ? domain.from : readValue(start, domain);
  // `5/15` counts from 5 to the end of the domain; `5` is only 5.
  const to =
    end !== undefined ? readValue(end, domain) : start === "*" || step !== undefined ? domain.to : from;
  const increment = step === undefined ? 1 : Number(step);
  if (from === undefined || to === undefined || from > to || increment < 1) return undefined;
  if (increment > domain.to - domain.from + 1) return undefined;
  return Array.from(
    { length: Math.floor((to - from) / increment) + 1 },
    (_, index) => from + index * increment,
  );
}

function readValue(text: string, domain: FieldDomain): number | undefined {
  const named = domain.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return domain.from + named;
  const value = Number(text);
  return Number.isInteger(value) && value >= domain.from && value <= domain.to ? value : undefined;
}
