import type { FuncCall, Node } from "libpg-query";
import { stringConstant } from "./stringConstant";

/** A call that schedules a job of pg_cron. */
export interface ScheduledJob {
  /** `undefined` if the job has no name, or the call computes it. */
  readonly name: string | undefined;
  /** Whether the call gives the job a name. Without one, each call adds another job. */
  readonly isNamed: boolean;
  /** Whether a second call sets everything again. In another database, it does not set whether the job is active. */
  readonly isReplaced: boolean;
}

/** Returns the calls of `cron.schedule` and `cron.schedule_in_database` in a `select`, wherever they are in it. */
export function scheduledJobs(node: Node): ScheduledJob[] {
  return "SelectStmt" in node ? callsIn(node).flatMap((call) => jobOf(call) ?? []) : [];
}

function callsIn(value: unknown): FuncCall[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === "FuncCall" ? [part as FuncCall, ...callsIn(part)] : callsIn(part),
  );
}

function jobOf({ funcname = [], args = [] }: FuncCall): ScheduledJob | undefined {
  const [schema, name] = funcname.map((part) => ("String" in part ? part.String.sval : undefined));
  if (schema !== "cron" || (name !== "schedule" && name !== "schedule_in_database")) return undefined;
  const argument = nameIn(args);
  return {
    name: stringConstant(argument),
    isNamed: argument !== undefined,
    isReplaced: name === "schedule",
  };
}

/** Returns the argument with the job's name: the first of three arguments or more. With two, the job has none. */
function nameIn(args: readonly Node[]): Node | undefined {
  const byName = args.flatMap((arg) =>
    "NamedArgExpr" in arg && arg.NamedArgExpr.name === "job_name" ? [arg.NamedArgExpr.arg] : [],
  );
  const [first] = args;
  const isFirst = first !== undefined && !("NamedArgExpr" in first) && args.length > 2;
  return byName[0] ?? (isFirst ? first : undefined);
}
