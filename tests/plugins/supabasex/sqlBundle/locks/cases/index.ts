import type { LockCase } from "./case";
import { columnCases } from "./columns";
import { constraintCases } from "./constraints";
import { indexCases } from "./indexes";
import { partitionCases } from "./partitions";
import { rowCases } from "./rows";
import { tableCases } from "./tables";
import { viewAndCodeCases } from "./viewsAndCode";

/** Grouped by the author's goal: the usual way, then the safe one. */
export const groups: Readonly<Record<string, readonly LockCase[]>> = {
  Columns: columnCases,
  Constraints: constraintCases,
  Indexes: indexCases,
  Tables: tableCases,
  Partitions: partitionCases,
  "Views, access rules and code": viewAndCodeCases,
  Rows: rowCases,
};
