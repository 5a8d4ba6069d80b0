// A separate process that ensures the toolchain of a test's fixture, so that tests can kill it or run several at once.
import { ensureToolchain } from "../../../local/toolchain";

const [, , checkout = "", downloadSite = ""] = process.argv;
ensureToolchain({ progress: (line) => console.log(line), checkout, downloadSite }).then(
  ({ source }) => console.log(`source: ${source}`),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
