// Applies the patches of this folder to Pulumi's SDK. README.md says what each is for.
require("./sdkVersion.cjs");
require("./plainErrors.cjs");
require("./ownFrames.cjs");
require("./deferredPackages.cjs");
