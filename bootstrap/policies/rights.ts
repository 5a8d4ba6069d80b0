import { stackTag } from "../../components/awsTags";
import type { PolicyPlace } from "./place";

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** The actions of a deployment in one service: reads, which a preview also needs, and writes. */
export interface ServiceRights {
  /** Prefix of the ids of the statements. */
  readonly name: string;
  readonly resources: string | readonly string[];
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  /** Only for the writes. */
  readonly condition?: Conditions;
}

/** Returns the value of the tag `thorbis:stack` of everything in the environment. */
export const stackOf = ({ name }: Pick<PolicyPlace, "name">): string => `thorbis-supabase/${name}`;

/** Returns conditions for resources whose names we do not choose: on a tag that they have, get, or lack. */
export function tagConditions(
  place: Pick<PolicyPlace, "name">,
): Readonly<Record<"owned" | "claimed" | "untagged", Conditions>> {
  return {
    owned: { StringEquals: { [`aws:ResourceTag/${stackTag}`]: stackOf(place) } },
    claimed: { StringEquals: { [`aws:RequestTag/${stackTag}`]: stackOf(place) } },
    untagged: { Null: { [`aws:ResourceTag/${stackTag}`]: "true" } },
  };
}
