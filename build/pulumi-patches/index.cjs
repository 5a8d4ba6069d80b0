// Applies the patches of this folder to Pulumi's SDK. README.md describes each.
require("./sdkVersion.cjs");
require("./plainErrors.cjs");
require("./ownFrames.cjs");
require("./promiseStacks.cjs");
require("./deferredPackages.cjs");
