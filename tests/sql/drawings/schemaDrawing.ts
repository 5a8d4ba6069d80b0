import type { Client } from "pg";
import { drawing, element, text } from "./svg";

interface Table {
  readonly name: string;
  readonly schema: string;
  readonly columns: readonly { name: string; type: string; key: boolean; required: boolean }[];
}

interface ForeignKey {
  readonly from: string;
  readonly to: string;
  readonly column: string;
}

const schemaColours: Readonly<Record<string, string>> = {
  shared: "#1f4e79",
  home_services: "#7a4b00",
  restaurants: "#7b1e3a",
  automotive: "#3b4a54",
  retail: "#2f5d34",
  audit: "#4a3570",
  private: "#444444",
};

const width = { box: 300, gap: 60, margin: 24 };
const height = { header: 26, row: 18, gap: 28, top: 64 };

/** Draws the entity-relationship diagram of all tables of the bundle, from the catalog. */
export async function drawSchema(client: Client): Promise<string> {
  const tables = await readTables(client);
  const keys = await readForeignKeys(client);
  const boxes = layOut(tables);
  const bottom = Math.max(...[...boxes.values()].map((box) => box.y + boxHeight(box.table)));
  const total = 2 * width.margin + places.length * width.box + (places.length - 1) * width.gap;
  return drawing(total, bottom + width.margin, "Tables of the SQL bundle", {
    parts: [
      text(width.margin, 28, "Tables and their foreign keys", {
        attributes: { "font-size": 18, "font-weight": 600 },
      }),
      text(
        width.margin,
        48,
        "● key   ? may be null   Every tenant_id refers to shared.tenants; those lines are left out, and every other key carries it too.",
        { attributes: { fill: "#555555" } },
      ),
      ...keys.map((key) => line(boxes, key)),
      ...[...boxes.values()].flatMap((box) => drawBox(box)),
    ],
  });
}

interface Box {
  readonly table: Table;
  readonly x: number;
  readonly y: number;
}

const boxHeight = (table: Table): number => height.header + table.columns.length * height.row + 8;

/** Tables that refer to each other are adjacent; one that is not listed is placed below the shortest column. */
const places: readonly (readonly string[])[] = [
  ["restaurants.orders", "retail.orders", "retail.products"],
  ["shared.customers", "shared.tenants", "audit.entries"],
  ["home_services.work_orders", "automotive.vehicles", "automotive.repair_orders"],
  ["shared.users", "shared.presence", "shared.metrics", "shared.recovery_checkpoints"],
];

function layOut(tables: readonly Table[]): Map<string, Box> {
  const heights = places.map(() => height.top);
  const boxes = new Map<string, Box>();
  const named = places.flat();
  const inOrder = [
    ...named.flatMap((name) => tables.filter((table) => table.name === name)),
    ...tables.filter((table) => !named.includes(table.name)),
  ];
  for (const table of inOrder) {
    const wanted = places.findIndex((column) => column.includes(table.name));
    const column = wanted >= 0 ? wanted : heights.indexOf(Math.min(...heights));
    const y = heights[column] ?? height.top;
    boxes.set(table.name, { table, x: width.margin + column * (width.box + width.gap), y });
    heights[column] = y + boxHeight(table) + height.gap;
  }
  return boxes;
}

function drawBox({ table, x, y }: Box): string[] {
  const colour = schemaColours[table.schema] ?? "#444444";
  return [
    element("rect", {
      x,
      y,
      width: width.box,
      height: boxHeight(table),
      rx: 4,
      fill: "#fafafa",
      stroke: colour,
    }),
    element("rect", { x, y, width: width.box, height: height.header, rx: 4, fill: colour }),
    text(x + 10, y + 17, table.name, { attributes: { fill: "#ffffff", "font-weight": 600 } }),
    ...table.columns.flatMap((column, index) => {
      const line = y + height.header + 16 + index * height.row;
      return [
        ...(column.key ? [element("circle", { cx: x + 12, cy: line - 4, r: 3, fill: colour })] : []),
        text(x + 22, line, column.name, { attributes: { fill: "#111111" } }),
        text(x + width.box - 10, line, column.required ? column.type : `${column.type} ?`, {
          attributes: {
            fill: "#666666",
            "text-anchor": "end",
          },
        }),
      ];
    }),
  ];
}

function line(boxes: ReadonlyMap<string, Box>, key: ForeignKey): string {
  const [from, to] = [boxes.get(key.from), boxes.get(key.to)];
  if (from === undefined || to === undefined) return "";
  const row = from.table.columns.findIndex((column) => column.name === key.column);
  const [fromY, toY] = [from.y + height.header + 12 + row * height.row, to.y + height.header / 2];
  const [fromX, toX] =
    from.x < to.x ? [from.x + width.box, to.x] : [from.x, to.x + (from.x === to.x ? 0 : width.box)];
  const [fromBend, toBend] = [fromX + (from.x < to.x ? 40 : -40), toX + (from.x > to.x ? 40 : -40)];
  return element("path", {
    d: `M ${fromX} ${fromY} C ${fromBend} ${fromY}, ${toBend} ${toY}, ${toX} ${toY}`,
    fill: "none",
    stroke: schemaColours[from.table.schema] ?? "#444444",
    "stroke-width": 1.4,
    opacity: 0.7,
  });
}

const inBundle =
  "c.relnamespace::regnamespace::text in ('shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit', 'private')";

async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select
      c.oid::regclass::text as name,
      c.relnamespace::regnamespace::text as schema,
      (
        select jsonb_agg(jsonb_build_object(
          'name', a.attname,
          'type', regexp_replace(
            replace(replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'), ' without time zone', ''),
            -- Quoted from PostgreSQL 16 on: json_object became a keyword.
            '^shared\\."?(\\w+)"?', '\\1'
          ),
          'required', a.attnotnull,
          'key', exists (select from pg_index as i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey))
        ) order by a.attnum)
        from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      ) as columns
    from pg_class as c
    where c.relkind in ('r', 'p') and not c.relispartition and ${inBundle}
    order by array_position(array['shared', 'home_services', 'restaurants', 'automotive', 'retail', 'audit', 'private'], c.relnamespace::regnamespace::text), 1`);
  return rows;
}

/** Reads the foreign keys by the column that refers to the other row, without those of only tenant_id. */
async function readForeignKeys(client: Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(`
    select k.conrelid::regclass::text as from, k.confrelid::regclass::text as to, a.attname::text as column
    from pg_constraint as k
    join pg_class as c on c.oid = k.conrelid
    join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = k.conkey[cardinality(k.conkey)]
    where k.contype = 'f' and not c.relispartition and a.attname <> 'tenant_id' and ${inBundle}
    order by 1, 3`);
  return rows;
}
