// What size costs a SQL bundle: our own 80 files, 500 files, and a project of 1,250 migrations that make 2,300 relations, 970
// functions and 630 policies. First apply against `psql -1`, catalog read against `pg_dump -s`, and on the real engine the size
// of the state, a preview with nothing to do, and an up that repairs one policy, against those of our own files.
//
// Everything that is compared is run by turns; a figure is the median. The seconds of a machine that does other things mean
// little: read the ratios, and those of CPU time first, which counts all processes of both sides with the server's.
// Run: npx tsx bench/largeProject.ts [rounds] [apply|read|engine]
import { bundleProvider, runBundled } from "./bundled";

bundleProvider();
runBundled("largeProject", ["largeProject/main", "sqlBundle/deploy"]);
