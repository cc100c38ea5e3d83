/** Renders a hook or a component inside of a page without a server. */
import { renderHook } from "@testing-library/react";
import { SessionContext } from "../../src/hooks.ts";
import { scene, type Answers } from "../../../app/test/support/page.ts";

export function rendered<T>(hook: () => T, answers: Answers = {}) {
  const made = scene(answers);
  const wrapper = ({ children }: { children: React.ReactNode }) => <SessionContext value={made}>{children}</SessionContext>;
  return { ...made, ...renderHook(hook, { wrapper }) };
}
