/** The scope of all styles of this package: one class, and where popovers open inside it. */
import { createContext, useContext } from "react";

/** The class that every style of this package is under. An element with it may have a `data-theme`
 * of "dark" or "light"; without one, the nearest `data-theme` around it counts, and dark if there
 * is none.
 */
export const SCOPE = "dagnet-realtime";

/** The element that popovers and tooltips open in, if a host gives one: an element with the class
 * `SCOPE` that no other element clips, such as a child of `document.body`.
 */
export const PopoverContainer = createContext<HTMLElement | null>(null);

/** The element that a popover of `anchor` opens in: the host's `PopoverContainer`, else the
 * outermost scope around `anchor`. Without a scope it is `document.body`.
 */
export function usePopoverContainer(anchor: Element | null): HTMLElement {
  const given = useContext(PopoverContainer);
  return given ?? outermostScope(anchor) ?? document.body;
}

function outermostScope(element: Element | null): HTMLElement | null {
  const scope = element?.closest<HTMLElement>(`.${SCOPE}`) ?? null;
  return scope && (outermostScope(scope.parentElement) ?? scope);
}
