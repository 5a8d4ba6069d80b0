import { changed, type PostureChange } from "./postureChange";

/** Changes that remove the limit of a column's type. */
export const columnTypeChanges: readonly PostureChange[] = [
  {
    name: "a column in public may contain other values than its enum's",
    change: "alter table public.orders alter level type text using level::text",
    reverse:
      "alter table public.orders alter level type legacy_private.level using level::legacy_private.level",
    reports: changed("table public.orders", "types"),
    severity: "opens",
  },
  {
    name: "a column in public may contain longer values",
    change: "alter table public.limited alter short type text",
    reverse: "alter table public.limited alter short type varchar(8)",
    reports: changed("table public.limited", "types"),
    severity: "opens",
    takenBackBy: "alter table public.limited alter column short type character varying(8)",
  },
  {
    name: "an array in public may contain longer values",
    change: "alter table public.limited alter labels type text[]",
    reverse: "alter table public.limited alter labels type varchar(8)[]",
    reports: changed("table public.limited", "types"),
    severity: "opens",
  },
  {
    name: "an array in public may contain other values than its enum's",
    change: "alter table public.limited alter levels type text[] using levels::text[]",
    reverse:
      "alter table public.limited alter levels type legacy_private.level[] using levels::legacy_private.level[]",
    reports: changed("table public.limited", "types"),
    severity: "opens",
  },
  {
    name: "a time in public may be more precise",
    change: "alter table public.limited alter made_at type timestamp, add column further varchar(255)",
    reverse: "alter table public.limited alter made_at type timestamp(3), drop column further",
    reports: changed("table public.limited", "types"),
    severity: "opens",
    takenBackBy: "alter table public.limited alter column made_at type timestamp(3) without time zone",
  },
  {
    name: "a column in public is compared with another collation",
    change: `alter table public.limited alter tag type text collate "POSIX"`,
    reverse: `alter table public.limited alter tag type text collate "C"`,
    reports: changed("table public.limited", "types"),
    severity: "opens",
  },
];
