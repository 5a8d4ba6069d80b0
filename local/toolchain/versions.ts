/** The CLI version that we download or build: the same as the SDK's in package.json and the module's in go/go.mod. */
export const pulumiVersion = "3.246.0";

/** The oldest installed CLI that we use: the first that exits with code 7 on an unexpected change. */
export const minimumPulumiVersion = "3.227.0";

/**
 * Compares two versions such as `v3.246.0`, `3.250.0-alpha.1` or `1.26`. Negative if `a` is older. A pre-release is older than
 * its release; two pre-releases of one release count as equal.
 */
export function compareVersions(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  for (const index of [0, 1, 2] as const) {
    const difference = left.numbers[index] - right.numbers[index];
    if (difference !== 0) return difference;
  }
  return Number(right.isPreRelease) - Number(left.isPreRelease);
}

/** Returns whether an installed CLI of this version can be used. The next major version may be incompatible. */
export function isSupportedPulumi(version: string): boolean {
  return (
    compareVersions(version, minimumPulumiVersion) >= 0 &&
    parse(version).numbers[0] === parse(pulumiVersion).numbers[0]
  );
}

function parse(version: string): { numbers: [number, number, number]; isPreRelease: boolean } {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(-|rc|beta)?/.exec(version);
  if (match === null) return { numbers: [0, 0, 0], isPreRelease: false };
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)],
    isPreRelease: match[4] !== undefined,
  };
}
