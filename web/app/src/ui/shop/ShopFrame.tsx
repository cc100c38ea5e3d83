/** The sample shop beside the graph: what is clicked on the left lights up on the right. */
import { useActions, useApp, useUi } from "../../hooks.ts";
import { useEffect, useRef, useState } from "react";
import { SHOP } from "../../store/preferences.ts";
import { shopOpened } from "./visibility.ts";
import { Grip } from "@dagnet-realtime/react/kit/controls.tsx";
import "../../styles/open.css";

export function ShopFrame() {
  const actions = useActions();
  const { shopChannel } = useApp();
  const { theme, shopWidth, shop } = useUi((ui) => ui.preferences);
  const frame = useRef<HTMLIFrameElement>(null);
  // A later theme is sent as a message: another address would load the shop anew.
  const [address] = useState(() => `shop/index.html?theme=${theme}${shopChannel ? `&${shopChannel.query}` : ""}`);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const { origin, protocol } = window.location;
    // From disk every page is an origin of its own, which no message can name.
    if (protocol !== "file:") frame.current?.contentWindow?.postMessage({ theme }, origin);
  }, [theme]);
  useEffect(() => {
    if (shop === "") actions.setPreferences(shopOpened(window.innerWidth));
  }, [actions, shop]);
  return (
    <aside
      className="shop"
      aria-label="Sample shop"
      style={{ width: shopWidth }}
      onPointerDown={() => {
        setHeld(true);
      }}
      onPointerUp={() => {
        setHeld(false);
      }}
    >
      {/* A frame swallows the pointer that drags its edge. */}
      <iframe ref={frame} className={held ? "shop-held" : ""} title="Sample shop" src={address} />
      <Grip
        label="Width of the shop"
        axis="x"
        grows="right"
        size={shopWidth}
        {...SHOP}
        onSize={(width) => {
          actions.setPreferences({ shopWidth: width });
        }}
      />
    </aside>
  );
}
