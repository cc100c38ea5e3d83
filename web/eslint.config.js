import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/*.gen.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "*.ts", "*/vite*.ts"] }, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Export by name." }, { selector: "TSEnumDeclaration", message: "Use a union." }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "max-lines": ["warn", { max: 600, skipBlankLines: false, skipComments: false }],
    },
  },
  { files: ["**/test/**"], rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off" } },
  // The build tools ask for a default export, and read these files outside any project.
  { files: ["**/vite*.config.ts", "vitest.config.ts"], ...tseslint.configs.disableTypeChecked },
  { files: ["**/vite*.config.ts", "vitest.config.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
