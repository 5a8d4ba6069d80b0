// Compares the first apply of 200 migrations and 300 repeatables (more than 2,000 objects of every kind) with `psql -1` on the
// same SQL. Also measures its dry run, the size of its state, and a preview without changes on the real engine. Prints one line
// of JSON. Run: npx tsx bench/sqlBundle.ts [rounds]
import { bundleProvider, runBundled } from "./bundled";

bundleProvider();
runBundled("sqlBundle", ["sqlBundle/main", "sqlBundle/deploy"]);
