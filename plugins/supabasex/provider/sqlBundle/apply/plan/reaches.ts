/** Returns whether one file depends on another, directly or through others. */
export function reaches(
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path === to) return true;
    if (seen.has(path)) continue;
    seen.add(path);
    open.push(...(dependencies.get(path) ?? []));
  }
  return false;
}
