/** Renders a hook or a component inside of a page without a server. */
import { renderHook } from "@testing-library/react";
import { RealtimeContext } from "../../src/ui/use.ts";
import { scene, type Answers } from "./page.ts";

export function rendered<T>(hook: () => T, answers: Answers = {}) {
  const made = scene(answers);
  const wrapper = ({ children }: { children: React.ReactNode }) => <RealtimeContext value={made}>{children}</RealtimeContext>;
  return { ...made, ...renderHook(hook, { wrapper }) };
}
