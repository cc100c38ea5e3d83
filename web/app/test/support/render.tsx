/** Renders a hook or a component inside of the page, without a server. */
import { renderHook } from "@testing-library/react";
import { SessionContext } from "@dagnet-realtime/react/hooks";
import { PageContext } from "../../src/hooks.ts";
import { scene, type Answers } from "./page.ts";

export function rendered<T>(hook: () => T, answers: Answers = {}) {
  const made = scene(answers);
  const wrapper = ({ children }: { children: React.ReactNode }) => (
    <PageContext value={made}>
      <SessionContext value={made}>{children}</SessionContext>
    </PageContext>
  );
  return { ...made, ...renderHook(hook, { wrapper }) };
}
