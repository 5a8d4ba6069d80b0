// Node 20.20 fills its memory and then dies when it colours an error whose stack names a file directly below a scope,
// such as node_modules/@pulumi/resource.ts, and that is what the SDK's source maps make of its own frames. The SDK prints
// every uncaught error of a program with colours, so a failing program would hang for half a minute: no colours then.
const { inspect } = require("node:util");

Object.defineProperty(Error.prototype, inspect.custom, {
  configurable: true,
  writable: true,
  value(_depth, options) {
    return inspect(this, { ...options, colors: false, customInspect: false });
  },
});
