import { timeOfEndedProcesses, timeOfServer } from "../processTime";
import { median } from "../sql/support";

/** In milliseconds, or as ratios of them. */
export interface Cost {
  readonly wall: number;
  /** CPU time of this process, of those that it started, and of the server. */
  readonly cpu: number;
}

/**
 * Measures the given work, including the CPU time of the server with this process id.
 */
export type Measure = (server: number, run: () => Promise<unknown>) => Promise<void>;

/** Does one round: prepares, calls `measure` once, and cleans up. */
export type Work = (measure: Measure) => Promise<void>;

/** Runs each side once per round, so that a busy moment affects all of them. Returns the medians. */
export async function byTurns<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds: number,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(works) as Name[];
  const costs = new Map<Name, Cost[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      await works[name](async (server, run) => {
        costs.get(name)?.push(await costOf(server, run));
      });
    }
  }
  return Object.fromEntries(names.map((name) => [name, medianOf(costs.get(name) ?? [])])) as Record<
    Name,
    Cost
  >;
}

async function costOf(server: number, run: () => Promise<unknown>): Promise<Cost> {
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000 + timeOfEndedProcesses() + timeOfServer(server);
  };
  const [begin, cpuBegin] = [performance.now(), cpu()];
  await run();
  return { wall: performance.now() - begin, cpu: cpu() - cpuBegin };
}

function medianOf(costs: readonly Cost[]): Cost {
  return { wall: median(costs.map(({ wall }) => wall)), cpu: median(costs.map(({ cpu }) => cpu)) };
}

/** Returns the ratios of one side to another. */
export function ratio(one: Cost, other: Cost): Cost {
  return { wall: one.wall / other.wall, cpu: one.cpu / other.cpu };
}
