import type { HandMadeChange } from "./handMadeChange";

export { changed, extra, missing } from "./handMadeChange";

/** A change that somebody makes outside of what the bundle made, and what is to be heard of it. */
export interface PostureChange extends Omit<HandMadeChange, "repairedBy" | "refusal"> {
  /** What the report says to take the change back with, where it names one statement. */
  readonly takenBackBy?: string;
  /** Set where further objects are reported along with it, which differ between versions. */
  readonly andFurther?: true;
  /** The oldest major version of PostgreSQL that has such a thing. */
  readonly from?: number;
}
