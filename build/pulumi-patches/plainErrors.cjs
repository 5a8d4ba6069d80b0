// Node 20.20 runs out of memory when it colors an error whose stack contains a file directly below a scope, such as
// node_modules/@pulumi/resource.ts. The SDK's source maps produce such paths for its own frames, and the SDK colors every
// uncaught error, so a failing program would hang for half a minute. This patch turns the colors off.
const { inspect } = require("node:util");

Object.defineProperty(Error.prototype, inspect.custom, {
  configurable: true,
  writable: true,
  /**
   * @this {Error}
   * @param {number} _depth
   * @param {import("node:util").InspectOptions} options
   */
  value(_depth, options) {
    return inspect(this, { ...options, colors: false, customInspect: false });
  },
});
