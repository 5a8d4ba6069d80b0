import type { Report } from "./model";

type Bundle = Report["bundles"][number];

/** The effect on an object that no file created, in words. */
export const foreignWords: Readonly<Record<Bundle["foreign"][number]["change"], string>> = {
  takenOver: "a file declares it now: it belongs to the bundle",
  undone: "dropped: it was part of an object that a file replaces",
  recreated: "dropped and recreated, and stays foreign",
};

/** Returns a file with its reason and its duration. */
export function fileText({ path, reason, because, milliseconds }: Bundle["files"][number]): string {
  const why = because === undefined ? reason : `${reason}: ${because}`;
  return `${path}  ${why}${milliseconds === undefined ? "" : `  ${milliseconds} ms`}`;
}

/** Returns an object with its changed properties below. */
export function objectText({ object, change, details, isRepair }: Bundle["objects"][number]): string {
  const mark = { created: "+", dropped: "-", changed: "~" }[change];
  const lines = details === "" ? [] : details.split("\n").map((line) => `    ${line}`);
  return [`${mark} ${object}${isRepair ? "  (repair of a manual change)" : ""}`, ...lines].join("\n");
}
