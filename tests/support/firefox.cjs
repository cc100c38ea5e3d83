/** Lets Playwright drive a Firefox that cannot pretend another colour scheme: Playwright asks each
 * context and page for one, and gives up if the browser does not know the command. */
const Module = require("node:module");

const ASKED = /(send\("emulation\.setMediaFeaturesOverride", \{[\s\S]*?\n\s*\}\));/g;
const compile = Module.prototype._compile;

Module.prototype._compile = function (text, file, ...rest) {
  const lenient = file.endsWith("coreBundle.js") ? text.replace(ASKED, "$1.catch(() => undefined);") : text;
  return compile.call(this, lenient, file, ...rest);
};
