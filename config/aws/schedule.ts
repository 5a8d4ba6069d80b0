import { fieldDomains, parseField } from "./cronField";

/** A parsed repeating EventBridge Scheduler expression. */
export type Schedule =
  | { kind: "rate"; minutes: number }
  | { kind: "cron"; minutes: number[]; hours: number[]; year: number[]; runsOn: (date: Date) => boolean };

const unitMinutes = { minute: 1, hour: 60, day: 1440 } as const;

/**
 * Parses `cron(minutes hours day-of-month month day-of-week year)` or `rate(value unit)` with the rules of AWS: exactly
 * one of the two day fields is `?`, Sunday is 1, and `rate` requires the singular for 1. `at(…)` runs once and is
 * refused.
 */
export function parseSchedule(expression: string): Schedule | { problem: string } {
  const match = /^(cron|rate|at)\((.*)\)$/.exec(expression);
  if (match === null) return { problem: "must be cron(…) or rate(…)" };
  const [, kind, body = ""] = match;
  if (kind === "at") return { problem: "must repeat; at(…) runs once" };
  return kind === "rate" ? parseRate(body) : parseCron(body);
}

function parseRate(body: string): Schedule | { problem: string } {
  const match = /^([1-9]\d{0,5}) (minute|hour|day)(s?)$/.exec(body);
  if (match === null)
    return { problem: "must be rate(1 hour), rate(6 hours) and the like: minutes, hours or days" };
  const value = Number(match[1]);
  if ((value === 1) !== (match[3] === ""))
    return {
      problem: "must have the singular unit with 1 and the plural with more, as in rate(1 day), rate(2 days)",
    };
  return { kind: "rate", minutes: value * unitMinutes[match[2] as keyof typeof unitMinutes] };
}

function parseCron(body: string): Schedule | { problem: string } {
  const fields = body.split(" ");
  if (fields.length !== 6)
    return { problem: "must have six fields: minutes hours day-of-month month day-of-week year" };
  const [minutes = "", hours = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    return { problem: "must have ? in exactly one of day-of-month and day-of-week" };

  const parsed = {
    minutes: parseField(minutes, fieldDomains.minutes),
    hours: parseField(hours, fieldDomains.hours),
    month: parseField(month, fieldDomains.month),
    year: parseField(year, fieldDomains.year),
  };
  for (const [name, value] of Object.entries(parsed))
    if (value === undefined) return { problem: `must have a valid ${name} field` };
  const runsOnDay = dayOfWeek === "?" ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
  if (runsOnDay === undefined)
    return { problem: `must have a valid ${dayOfWeek === "?" ? "day-of-month" : "day-of-week"} field` };
  const months = parsed.month ?? [];
  return {
    kind: "cron",
    minutes: parsed.minutes ?? [],
    hours: parsed.hours ?? [],
    year: parsed.year ?? [],
    runsOn: (date) =>
      months.includes(date.getUTCMonth() + 1) &&
      (parsed.year ?? []).includes(date.getUTCFullYear()) &&
      runsOnDay(date),
  };
}

type DayTest = (date: Date) => boolean;

const lastDayOfMonth = (date: Date) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const weekday = (date: Date) => date.getUTCDay() + 1;

function parseDayOfMonth(field: string): DayTest | undefined {
  if (field === "L") return (date) => date.getUTCDate() === lastDayOfMonth(date);
  const nearest = /^([1-9]|[12]\d|3[01])W$/.exec(field);
  if (nearest !== null) return (date) => date.getUTCDate() === nearestWeekday(date, Number(nearest[1]));
  if (field === "LW") return (date) => date.getUTCDate() === nearestWeekday(date, lastDayOfMonth(date));
  const days = parseField(field, fieldDomains.dayOfMonth);
  return days === undefined ? undefined : (date) => days.includes(date.getUTCDate());
}

/**
 * Returns the weekday in the month of `date` that is nearest to `day`, never in another month; NaN if the month is
 * shorter.
 */
function nearestWeekday(date: Date, day: number): number {
  const last = lastDayOfMonth(date);
  if (day > last) return Number.NaN;
  const on = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (on === 6) return day === 1 ? 3 : day - 1;
  if (on === 0) return day === last ? day - 2 : day + 1;
  return day;
}

function parseDayOfWeek(field: string): DayTest | undefined {
  if (field === "L") return (date) => weekday(date) === 7;
  const special = /^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5])$/i.exec(field);
  if (special !== null) {
    const [, name = "", suffix = ""] = special;
    const [day] = parseField(name, fieldDomains.dayOfWeek) ?? [];
    if (suffix.toUpperCase() === "L")
      return (date) => weekday(date) === day && date.getUTCDate() + 7 > lastDayOfMonth(date);
    return (date) => weekday(date) === day && Math.ceil(date.getUTCDate() / 7) === Number(suffix.slice(1));
  }
  const days = parseField(field, fieldDomains.dayOfWeek);
  return days === undefined ? undefined : (date) => days.includes(weekday(date));
}

/** A year: the maximum of an alarm on age. Backups must run more often. */
export const maxFreshnessHours = 8784;

const dayMinutes = 1440;
const window = { from: Date.UTC(2028, 0, 1), years: [2028, 2029, 2030, 2031], days: 1461 };

/**
 * Returns the longest time between two runs, in hours, over four calendar years; Infinity for a schedule that ends or
 * never runs. Ignores clock changes, which add or remove at most one hour.
 */
export function longestGapHours(schedule: Schedule): number {
  if (schedule.kind === "rate") return schedule.minutes / 60;
  if (!window.years.every((year) => schedule.year.includes(year))) return Number.POSITIVE_INFINITY;
  const times = schedule.hours.flatMap((hour) => schedule.minutes.map((minute) => hour * 60 + minute));
  const [first = 0] = times;
  const last = times.at(-1) ?? 0;
  let longest = times.reduce((gap, time, index) => Math.max(gap, time - (times[index - 1] ?? time)), 0);
  let previousDay: number | undefined;
  let runs = 0;
  for (let day = 0; day < window.days; day++) {
    if (!schedule.runsOn(new Date(window.from + day * dayMinutes * 60_000))) continue;
    if (previousDay !== undefined)
      longest = Math.max(longest, (day - previousDay) * dayMinutes + first - last);
    previousDay = day;
    runs++;
  }
  return runs < 2 ? Number.POSITIVE_INFINITY : longest / 60;
}

/** Returns how often a schedule runs in a twelfth of a year, averaged over the same four years. */
export function runsPerMonth(schedule: Schedule): number {
  const days = window.days / window.years.length / 12;
  if (schedule.kind === "rate") return (730 * 60) / schedule.minutes;
  const runningDays = Array.from({ length: window.days }, (_, day) => day).filter((day) =>
    schedule.runsOn(new Date(window.from + day * dayMinutes * 60_000)),
  ).length;
  return (runningDays / window.days) * days * schedule.hours.length * schedule.minutes.length;
}
