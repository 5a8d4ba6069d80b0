import { expect, it } from "vitest";
import { decide, type Rules } from "../../../backup/retention/decide";
import type { DatedRun } from "../../../backup/retention/policy";
import { seededRandom } from "../../support/random";

// A year of backups, prunes, damage and gaps at random, judged by the user's expectations, independently of the program's logic.

const dayMilliseconds = 24 * 60 * 60 * 1000;
const rounds = Number(process.env.SOAK_ROUNDS ?? 20);

type Verdict = Awaited<ReturnType<Rules["inspect"]>>;

const weekOf = ({ start }: DatedRun): string =>
  new Date(start.getTime() - ((start.getUTCDay() + 6) % 7) * dayMilliseconds).toISOString().slice(0, 10);
const monthOf = ({ start }: DatedRun): string => start.toISOString().slice(0, 7);

/** Returns the newest intact backups that the policy must keep. */
function promised(
  intact: readonly DatedRun[],
  { policy, minimum }: Pick<Rules, "policy" | "minimum">,
): Set<string> {
  const newest = intact[0]?.start.getTime() ?? 0;
  const within = (days: number): DatedRun[] =>
    intact.filter(({ start }) => (newest - start.getTime()) / dayMilliseconds <= days);
  const firstOf = (periodOf: (run: DatedRun) => string, run: DatedRun): DatedRun =>
    intact.find((other) => periodOf(other) === periodOf(run)) ?? run;
  return new Set(
    [
      ...intact.slice(0, minimum),
      ...within(policy.dailyDays),
      ...within(policy.weeklyDays).map((run) => firstOf(weekOf, run)),
      ...within(policy.monthlyDays).map((run) => firstOf(monthOf, run)),
    ].map(({ name }) => name),
  );
}

it.each(Array.from({ length: rounds }, (_, round) => round + 1))(
  "history %i keeps every intact backup that the policy requires, and a second prune deletes nothing",
  async (seed) => {
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const policy = { dailyDays: 1 + below(10), weeklyDays: 1 + below(60), monthlyDays: 1 + below(200) };
    const minimum = 1 + below(4);
    const [gaps, damage] = [random() * 0.6, random() * 0.15];
    const verdicts = new Map<string, Verdict>();
    const inspect = async (name: string): Promise<Verdict> => verdicts.get(name) ?? "intact";
    let runs: DatedRun[] = [];
    let deleted = 0;
    for (let day = 0; day < 200; day += 1) {
      const now = new Date(Date.UTC(2025, 10, 1) + day * dayMilliseconds);
      if (random() > gaps) {
        // One in a hundred is dated by a wrong clock.
        const start = new Date(
          now.getTime() - below(3600) * 1000 + (random() < 0.01 ? 400 * dayMilliseconds : 0),
        );
        runs.push({ name: `${start.toISOString()} ${day}`, start });
      }
      const victim = runs[below(runs.length)];
      if (victim !== undefined && random() < damage)
        verdicts.set(victim.name, random() < 0.8 ? "damaged" : "could not check");
      if (random() < 0.4) continue;

      const intact = runs
        .filter(({ name, start }) => start <= now && !verdicts.has(name))
        .sort((a, b) => b.start.getTime() - a.start.getTime());
      const rules = { policy, minimum, now, inspect };
      if (intact.length < minimum) continue;
      const going = new Set(
        (await decide(runs, rules)).flatMap(({ run, isDeleted }) => (isDeleted ? [run] : [])),
      );
      expect([...promised(intact, rules)].filter((name) => going.has(name))).toEqual([]);
      runs = runs.filter(({ name }) => !going.has(name));
      expect((await decide(runs, rules)).filter(({ isDeleted }) => isDeleted)).toEqual([]);
      deleted += going.size;
    }
    // The control: prunes do delete.
    expect(deleted).toBeGreaterThan(0);
  },
);
