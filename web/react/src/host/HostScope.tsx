/** What the bar and the panel stand in: the scope of our styles in a host, its session, and a place
 * for popovers that nothing of the host clips.
 */
import { type ReactNode, useEffect, useState } from "react";
import { SessionContext } from "../hooks.ts";
import { PopoverContainer, SCOPE } from "../scope.ts";
import { type HostRealtime, hostSession } from "./hostSession.ts";

export type Theme = "dark" | "light";

interface HostScopeProps {
  readonly realtime: HostRealtime;
  /** By default that of the nearest `data-theme` around it. */
  readonly theme?: Theme | undefined;
  readonly className: string;
  readonly children: ReactNode;
}

export function HostScope({ realtime, theme, className, children }: HostScopeProps) {
  const [popovers, setPopovers] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const made = document.createElement("div");
    made.className = `${SCOPE} dr-host dr-popovers`;
    made.dataset["dagnetRealtime"] = "popovers";
    document.body.append(made);
    // oxlint-disable-next-line react/set-state-in-effect -- there only while mounted
    setPopovers(made);
    return () => { made.remove(); };
  }, []);
  useEffect(() => {
    if (popovers === null) return;
    if (theme === undefined) popovers.removeAttribute("data-theme");
    else popovers.setAttribute("data-theme", theme);
  }, [popovers, theme]);
  return (
    <SessionContext.Provider value={hostSession(realtime).context}>
      <PopoverContainer.Provider value={popovers}>
        <div className={`${SCOPE} dr-host ${className}`} data-dagnet-realtime="" {...(theme === undefined ? {} : { "data-theme": theme })}>
          {children}
        </div>
      </PopoverContainer.Provider>
    </SessionContext.Provider>
  );
}
