import type { Client } from "pg";
import { drawing, element, text } from "./svg";

const roles = [
  "anon",
  "authenticated",
  "service_role",
  "supabase_auth_admin",
  "monitoring",
  "backup",
  "preview",
  "app_owner",
] as const;

interface Cell {
  readonly relation: string;
  readonly role: (typeof roles)[number];
  /** The first letters of the granted privileges select, insert, update and delete; lower case if only for some columns. */
  readonly commands: string;
  /** The accessible rows: all, those that policies allow, none because there is no policy, or none of any tenant. */
  readonly rows: "every" | "policies" | "none" | "statistics";
}

const colours = { every: "#f6c89f", policies: "#b7dfb9", none: "#dcdcdc", statistics: "#c3d7ee" } as const;
const size = { name: 260, cell: 118, row: 22, top: 96, margin: 24 };

/** Draws the privileges on every table, partitioned table and view of the bundle, from grants and policies in the catalog. */
export async function drawAccess(client: Client): Promise<string> {
  const cells = await readCells(client);
  const relations = [...new Set(cells.map((cell) => cell.relation))];
  const width = 2 * size.margin + size.name + roles.length * size.cell;
  const height = size.top + relations.length * size.row + size.margin;
  const x = (index: number): number => size.margin + size.name + index * size.cell;
  const y = (index: number): number => size.top + index * size.row;
  const legend: [string, string][] = [
    [colours.policies, "rows that policies let through"],
    [colours.every, "every row"],
    [colours.none, "none: no policy lets one through"],
    [colours.statistics, "statistics, no tenant's rows"],
  ];
  return drawing(width, height, "Access matrix of the SQL bundle", {
    parts: [
      text(size.margin, 28, "Who may do what", { attributes: { "font-size": 18, "font-weight": 600 } }),
      text(
        size.margin,
        48,
        "S select · I insert · U update (u: some columns) · D delete · – nothing. Partitions: nothing for anybody but backup and the owner, who sees no row.",
        {
          attributes: {
            fill: "#555555",
          },
        },
      ),
      ...legend.flatMap(([fill, meaning], index) => [
        element("rect", { x: size.margin + index * 280, y: 57, width: 12, height: 12, fill }),
        text(size.margin + index * 280 + 18, 67, meaning, { attributes: { fill: "#555555" } }),
      ]),
      ...roles.map((role, index) =>
        text(x(index) + size.cell / 2, size.top - 8, role, {
          attributes: {
            "text-anchor": "middle",
            "font-weight": 600,
            "font-size": 11,
          },
        }),
      ),
      ...relations.flatMap((relation, row) => [
        text(size.margin, y(row) + 15, relation),
        ...roles.flatMap((role, column) => {
          const cell = cells.find((each) => each.relation === relation && each.role === role);
          const commands = cell?.commands ?? "";
          return [
            element("rect", {
              x: x(column) + 1,
              y: y(row) + 1,
              width: size.cell - 2,
              height: size.row - 2,
              rx: 2,
              fill: commands === "" ? "#f7f7f7" : colours[cell?.rows ?? "none"],
            }),
            text(x(column) + size.cell / 2, y(row) + 15, commands === "" ? "–" : commands, {
              attributes: {
                "text-anchor": "middle",
              },
            }),
          ];
        }),
      ]),
    ],
  });
}

async function readCells(client: Client): Promise<Cell[]> {
  const { rows } = await client.query<Cell>(
    `with reachable as (
       select
         c.oid,
         c.oid::regclass::text as relation,
         c.relkind,
         role.rolname::text as role,
         role.rolbypassrls as bypasses,
         role.oid as role_oid,
         has_schema_privilege(role.oid, c.relnamespace, 'usage') as finds
       from pg_class as c
       cross join pg_roles as role
       where c.relkind in ('r', 'p', 'v') and not c.relispartition and role.rolname = any ($1)
         and c.relnamespace::regnamespace::text in ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit', 'monitoring', 'private')
     )
     select
       relation,
       role,
       case when finds then
         case when has_table_privilege(role_oid, oid, 'select') then 'S' else '' end
         || case when has_table_privilege(role_oid, oid, 'insert') then 'I' else '' end
         || case when has_table_privilege(role_oid, oid, 'update') then 'U' when has_any_column_privilege(role_oid, oid, 'update') then 'u' else '' end
         || case when has_table_privilege(role_oid, oid, 'delete') then 'D' else '' end
       else '' end as commands,
       case
         when relation like 'monitoring.%' then 'statistics'
         when bypasses then 'every'
         when exists (select from pg_policy where polrelid = reachable.oid and polpermissive and role_oid = any (polroles)) then 'policies'
         when relkind = 'v' then 'policies'
         else 'none'
       end as rows
     from reachable
     order by relation, role`,
    [roles],
  );
  return rows;
}
