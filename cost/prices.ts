/**
 * List prices in USD, without taxes and free tiers, as the providers published them on `asOf`; AWS's of us-east-1. They are
 * maintained manually: change the date with them (https://aws.amazon.com/pricing, https://supabase.com/pricing).
 */
export const prices = {
  asOf: "2026-11-28",
  hoursPerMonth: 730,
  supabase: {
    /** Per organization, regardless of its number of projects. */
    proPlan: 25,
    /** The compute credits of the plan, once per organization. */
    computeCredits: 10,
    compute: {
      micro: 10,
      small: 15,
      medium: 60,
      large: 110,
      xlarge: 210,
      "2xlarge": 410,
      "4xlarge": 960,
      "8xlarge": 1870,
      "12xlarge": 2800,
      "16xlarge": 3730,
    } as Readonly<Record<string, number>>,
    includedDiskGigabytes: 8,
    diskGigabyte: 0.125,
    /** Per organization. */
    includedEgressGigabytes: 250,
    egressGigabyte: 0.09,
  },
  fargate: {
    ARM64: { cpuHour: 0.03238, gigabyteHour: 0.00356 },
    X86_64: { cpuHour: 0.04048, gigabyteHour: 0.004445 },
    includedDiskGigabytes: 20,
    diskGigabyteHour: 0.000111,
  },
  s3: {
    standardGigabyte: 0.023,
    infrequentGigabyte: 0.0125,
    infrequentReadGigabyte: 0.01,
    thousandPuts: 0.005,
    infrequentThousandPuts: 0.01,
  },
  kms: { key: 1 },
  secretsManager: { secret: 0.4, tenThousandCalls: 0.05 },
  cloudWatch: { alarm: 0.1, metric: 0.3, logGigabyte: 0.5, dashboard: 3, thousandRequests: 0.01 },
  lambda: { armGigabyteSecond: 0.0000133334, millionCalls: 0.2 },
  network: { natHour: 0.045, natGigabyte: 0.045, publicAddressHour: 0.005, interRegionGigabyte: 0.02 },
} as const;
