import type { Clouds } from "./clouds";
import type { Deployed } from "./deployed";

/** A manual change of a resource in its cloud, as with a console, curl or a script. */
export interface ManualChange {
  /** Reads from the endpoint the properties that the stack declares. */
  look(clouds: Clouds, resource: Deployed): Promise<unknown>;
  change(clouds: Clouds, resource: Deployed): Promise<unknown>;
  /** The properties that a refresh must report, with the plugin's names. */
  readonly reports: readonly string[];
  readonly deletion: Deletion;
}

export type Deletion =
  | {
      remove(clouds: Clouds, resource: Deployed): Promise<unknown>;
      /** Types of the resources that it contains and that are deleted with it. */
      readonly takes?: readonly string[];
      /** Types of the resources that still exist and report a change because of the deletion. */
      readonly noticedBy?: readonly string[];
      /** What the plugin finds after a deletion; some find an empty value. Default: "delete". */
      readonly reportedAs?: "update";
    }
  | { readonly none: string };

/** A resource without properties that can be changed in place. */
export interface Unchangeable {
  readonly unchangeable: string;
  readonly look: ManualChange["look"];
  readonly deletion: Deletion;
}

/** Rows by type. A resource that differs from the others of its type has its own row, `<type> <name>`. */
export type CloudChanges = Readonly<Record<string, ManualChange | Unchangeable>>;

/** Returns the row of a resource. The test first checks that every resource has one. */
export function rowOf(changes: CloudChanges, { type, name }: Deployed): ManualChange | Unchangeable {
  const row = changes[`${type} ${name}`] ?? changes[type];
  if (row === undefined) throw new Error(`there is no manual change for ${type} ${name}`);
  return row;
}
