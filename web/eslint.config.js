import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** What the modules of each package must not import. */
function boundaries() {
  const page = ["react", "react-dom", "react/*", "react-dom/*", "radix-ui", "lucide-react", "zustand", "zustand/*", "yaml", "*.css"];
  const flow = ["@xyflow/*"];
  const above = (...names) => names.flatMap((name) => [`@dagnet-realtime/${name}`, `@dagnet-realtime/${name}/*`]);
  const forbid = (files, group, ignores = []) => ({ files, ignores, rules: { "no-restricted-imports": ["error", { patterns: [{ group, message: "This package may not import that one: see docs/architecture.md." }] }] } });
  return [
    forbid(["client/src/**"], [...page, ...flow, ...above("layer", "react", "app")]),
    forbid(["layer/src/**"], [...page, ...flow, ...above("react", "app")]),
    forbid(["expect/src/**"], [...page, ...flow, ...above("client", "layer", "react", "app")]),
    forbid(["react/src/**"], [...flow, ...above("app"), "zustand", "zustand/*", "yaml"], ["react/src/picture/**"]),
    forbid(["react/src/picture/**"], [...above("app"), "zustand", "zustand/*", "yaml"]),
  ];
}

export default tseslint.config(
  // The host has packages of its own, which are not there when this is run.
  { ignores: ["**/dist/**", "**/node_modules/**", "**/*.gen.ts", "playwright/*.d.ts", "host/**"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "*.ts", "*/vite*.ts", "package/pack.js"] }, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      // It tells what React's compiler would skip; there is no compiler here.
      "react-hooks/incompatible-library": "off",
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Export by name." }, { selector: "TSEnumDeclaration", message: "Use a union." }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      // `{ left, out, ...rest }` is how an object without some fields is made.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "max-lines": ["warn", { max: 600, skipBlankLines: false, skipComments: false }],
    },
  },
  // Who may import whom: app/test/packages.test.ts has the whole of it.
  ...boundaries(),
  { files: ["**/test/**"], rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off" } },
  // The build tools ask for a default export, and read these files outside any project.
  { files: ["**/vite*.config.ts", "vitest.config.ts", "vitest.setup.ts"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/vite*.config.ts", "vitest.config.ts", "vitest.setup.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
