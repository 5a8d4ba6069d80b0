import type { BundleChange } from "./bundleChange";

export { changed, extra, missing } from "./bundleChange";

/** A change outside of the bundle and its expected report. */
export interface PostureChange extends Omit<BundleChange, "repairedBy" | "refusal"> {
  /** The statement with which the report suggests to revert the change, if there is exactly one. */
  readonly takenBackBy?: string;
  /** Set if other objects, which differ between versions, are reported as well. */
  readonly andFurther?: true;
  /** The oldest major version of PostgreSQL with this kind of object. */
  readonly from?: number;
}
