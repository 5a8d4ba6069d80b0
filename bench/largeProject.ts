// Measures SQL bundles of three sizes: our own 80 files, 500 files, and a project of 1,250 migrations that create 2,300
// relations, 970 functions and 630 policies. Compares the first apply with `psql -1` and the catalog read with `pg_dump -s`. On
// the real engine, compares the size of the state, a preview without changes, and an up that repairs one policy with those of
// our own files.
//
// Runs the compared sides alternately and prints medians. On a busy machine the seconds mean little: read the ratios, first those
// of CPU time, which includes all processes of both sides and the server.
// Run: npx tsx bench/largeProject.ts [rounds] [apply|read|engine]
import { bundleProvider, runBundled } from "./bundled";

bundleProvider();
runBundled("largeProject", ["largeProject/main", "sqlBundle/deploy"]);
