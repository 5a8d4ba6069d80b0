/** CPU units → the memory that Fargate supports with them, in megabytes: minimum, maximum, step. */
const offers = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
} as const;

/** Returns why Fargate does not support this task size; undefined if it does. */
export function fargateSizeProblem(cpuUnits: number, memoryMegabytes: number): string | undefined {
  const offer = Object.entries(offers).find(([units]) => Number(units) === cpuUnits)?.[1];
  if (offer === undefined) return "has no Fargate size for its backup.cpuUnits";
  const [from, to, step] = offer;
  // 256 units are the only irregular row: 512, 1024, 2048.
  const offered =
    cpuUnits === 256
      ? [512, 1024, 2048].includes(memoryMegabytes)
      : memoryMegabytes >= from && memoryMegabytes <= to && (memoryMegabytes - from) % step === 0;
  if (offered) return undefined;
  if (cpuUnits === 256) return "must be 512, 1024 or 2048 with backup.cpuUnits 256";
  return `must be ${from} to ${to} in steps of ${step} with backup.cpuUnits ${cpuUnits}`;
}
