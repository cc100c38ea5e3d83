/** What a style sheet does to the page outside the scope's class. */
import { transform } from "lightningcss";
import { SCOPE } from "../../src/scope.ts";

const OLD = { chrome: 90 << 16 };

interface Part {
  readonly type: string;
  readonly name?: string | undefined;
  readonly value?: unknown;
}

/** Does a selector take only elements with the class, or inside an element with it? */
function inside(selector: readonly Part[]): boolean {
  const at = selector.map(({ type, name }) => type === "class" && name === SCOPE).lastIndexOf(true);
  const next = at < 0 ? undefined : selector.slice(at).find(({ type }) => type === "combinator")?.value ?? "descendant";
  return next === "descendant" || next === "child";
}

/** Selectors, fonts and names of a sheet that reach beyond the scope, as written. */
export function outsideScope(css: string): string[] {
  const found: string[] = [];
  // Nesting is taken apart first, as a build does.
  const flat = transform({ filename: "flat.css", code: Buffer.from(css), targets: OLD }).code;
  const rules = new Set<string>();
  transform({
    filename: "sheet.css",
    code: flat,
    visitor: {
      Rule(rule) {
        rules.add(rule.type);
        if (rule.type === "keyframes") {
          const name = rule.value.name.value;
          if (!name.startsWith(`${SCOPE}-`)) found.push(`@keyframes ${name}`);
        } else if (rule.type === "style") {
          for (const selector of rule.value.selectors) if (!inside(selector)) found.push(JSON.stringify(selector));
        } else if (!["media", "supports", "container"].includes(rule.type)) found.push(`@${rule.type}`);
        return undefined;
      },
    },
  });
  return found;
}
