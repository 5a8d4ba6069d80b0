/** The output of `pulumi refresh --diff` for one resource. */
export interface Reported {
  readonly kind: "update" | "delete";
  /** The lines about its properties. */
  readonly text: string;
}

/** Returns the resources that a refresh reports as changed, by URN. */
export function reportedByRefresh(output: string): ReadonlyMap<string, Reported> {
  const blocks = output.split(/^(?= +[~-] \S+: \((?:update|delete)\)(?: 🔒)?$)/mu).slice(1);
  return new Map(
    blocks.map((block) => {
      const kind = /^ +~/.test(block) ? "update" : "delete";
      const urn = /\[urn=(.+)\]/.exec(block)?.[1];
      if (urn === undefined) throw new Error(`no URN in ${block}`);
      return [urn, { kind, text: block.split(/^Resources:$/m, 1).join("") }];
    }),
  );
}

/** Returns whether a property has changed. */
export function namesProperty({ text }: Reported, property: string): boolean {
  return new RegExp(`^ +[~+-] ${property} *:`, "m").test(text);
}
