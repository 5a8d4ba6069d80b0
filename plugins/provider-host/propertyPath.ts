/** The path from a resource to one of its values: property names and array indexes. */
export type PropertyPath = readonly (string | number)[];

const plainName = /^[A-Za-z_$][\w$]*$/;

/** Returns the path in the form that the engine parses and users write: `files["a.sql"].kind`, `roles[0]`. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!plainName.test(step)) return `["${step.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
