import { UserError } from "../../../../../../foundation/userError";
import type { BundleFile } from "../../source/files";
import { reaches } from "./reaches";

/** Returns dependencies first, otherwise by path. Throws a UserError if headers form a cycle. */
export function inOrder(
  files: readonly BundleFile[],
  dependsOn: ReadonlyMap<string, ReadonlySet<string>>,
): BundleFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const headers = new Map(files.map((file) => [file.path, new Set(file.dependsOn)]));
  const ordered: BundleFile[] = [];
  const state = new Map<string, "visiting" | "done">();
  const visit = (file: BundleFile, trail: readonly string[]): void => {
    if (state.get(file.path) === "done") return;
    if (state.get(file.path) === "visiting") {
      const circle = [...trail.slice(trail.indexOf(file.path)), file.path];
      const isByHeaders = circle.every(
        (path, at) => at === 0 || headers.get(circle[at - 1] ?? "")?.has(path),
      );
      if (!isByHeaders) return;
      throw new UserError(`Repeatables depend on each other in a cycle: ${circle.join(" → ")}.`);
    }
    state.set(file.path, "visiting");
    for (const path of [...(dependsOn.get(file.path) ?? [])].sort()) {
      // The record may be older than a header that says the opposite.
      if (headers.get(file.path)?.has(path) !== true && reaches(headers, path, file.path)) continue;
      const dependency = byPath.get(path);
      if (dependency !== undefined) visit(dependency, [...trail, file.path]);
    }
    state.set(file.path, "done");
    ordered.push(file);
  };
  for (const file of files) visit(file, []);
  return ordered;
}
