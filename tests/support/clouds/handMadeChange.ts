import type { Clouds } from "./clouds";
import type { Deployed } from "./deployed";

/** What somebody does to a resource where it lives: in a console, with curl, with a script. */
export interface HandMadeChange {
  /** What the endpoint itself holds of the resource, as far as the stack says how it should be. */
  look(clouds: Clouds, resource: Deployed): Promise<unknown>;
  change(clouds: Clouds, resource: Deployed): Promise<unknown>;
  /** The properties that a refresh has to name, in the words of the plugin. */
  readonly reports: readonly string[];
  readonly deletion: Deletion;
}

export type Deletion =
  | {
      remove(clouds: Clouds, resource: Deployed): Promise<unknown>;
      /** Types of the resources that are inside it and go with it. */
      readonly takes?: readonly string[];
      /** Types of the resources that are there as before, and report that something of theirs is gone. */
      readonly noticedBy?: readonly string[];
      /** Where the plugin finds something empty in place of nothing. Default: "delete". */
      readonly reportedAs?: "update";
    }
  | { readonly none: string };

/** A resource of which nothing can be changed in place. */
export interface Unchangeable {
  readonly unchangeable: string;
  readonly look: HandMadeChange["look"];
  readonly deletion: Deletion;
}

/** By type; a resource that differs from the others of its type has a row of its own, `<type> <name>`. */
export type CloudChanges = Readonly<Record<string, HandMadeChange | Unchangeable>>;

/** The row of a resource. That there is one for each is what the test asks first. */
export function rowOf(changes: CloudChanges, { type, name }: Deployed): HandMadeChange | Unchangeable {
  const row = changes[`${type} ${name}`] ?? changes[type];
  if (row === undefined) throw new Error(`nothing is changed by hand of ${type} ${name}`);
  return row;
}
