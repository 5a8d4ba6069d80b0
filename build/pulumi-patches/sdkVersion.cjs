// The patches rely on details of the SDK, so they only work with the version that they were tested with.
const checkedVersion = "3.246.0";

const { version } = require("@pulumi/pulumi/package.json");
if (version !== checkedVersion) {
  throw new Error(
    `build/pulumi-patches was checked with @pulumi/pulumi ${checkedVersion}, and ${version} is installed: ` +
      "run `npm ci`, or check each patch with the new version (build/pulumi-patches/README.md) and change sdkVersion.cjs.",
  );
}
