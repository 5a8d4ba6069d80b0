import { type CostLine, rounded, type Usage } from "../../cost/line";
import { prices } from "../../cost/prices";

const { supabase } = prices;

export interface SupabaseProjectSize {
  readonly instanceSize: string;
  /** Backups per month. Each reads the whole database, which is egress. */
  readonly backupsPerMonth: number;
}

/** Returns the monthly cost of a project, as if it were the only one of its organization. */
export function supabaseProjectCost(size: SupabaseProjectSize, usage: Usage): CostLine[] {
  const compute = supabase.compute[size.instanceSize];
  if (compute === undefined) throw new Error(`there is no price for the compute size ${size.instanceSize}`);
  const disk = Math.max(0, usage.databaseGigabytes - supabase.includedDiskGigabytes);
  const backups = size.backupsPerMonth * usage.databaseGigabytes;
  const egress = Math.max(0, usage.egressGigabytes + backups - supabase.includedEgressGigabytes);
  return [
    { what: "Pro plan", quantity: "1 organization", usd: supabase.proPlan },
    {
      what: "Compute",
      quantity: `${size.instanceSize}, less the plan's credits`,
      usd: Math.max(0, compute - supabase.computeCredits),
    },
    { what: "Disk", quantity: `${rounded(disk)} GB beyond the plan's`, usd: disk * supabase.diskGigabyte },
    {
      what: "Egress",
      quantity: `${rounded(egress)} GB beyond the plan's; backups read ${rounded(backups)} GB`,
      usd: egress * supabase.egressGigabyte,
    },
  ];
}
