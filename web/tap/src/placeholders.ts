/** Texts that stand where an identifier is missing, by the server's vectors: `undefined`, `[object Object]`, nil UUIDs and their like identify nobody. */

/** Characters; a longer text is no placeholder. */
const LONGEST = 128;
const SPACES = /[\0-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+/g;
const SIGNS = /[!-/:-@[-`{-~]+/g;
const WRITTEN = /^(?:-1(?:\.0+)?|#?n\/a!?|\[object.*\]|\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|%%.*%%|\*\|.*\|\*)$/;
const WORDS = /^(?:(?:undefined|null|nil|none|nan)*|0+|0x0+|f{32}|infinity|true|false|unknown|unset|not(?:set|available|applicable|authenticated|loggedin)|anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject)$/;

/** Whether `text`, in any case and spacing, and with any signs about it, stands for no identifier. */
export function placeholder(text: string): boolean {
  if (text.length > LONGEST) return false;
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const bare = plain.normalize("NFKC").toLowerCase().replace(SPACES, "");
  return WRITTEN.test(bare) || WORDS.test(bare.replace(SIGNS, ""));
}
