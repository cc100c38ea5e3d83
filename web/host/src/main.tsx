/** The editor with Realtime; `mountAgain()` in the console takes it away and mounts it anew. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Editor } from "./Editor";
import { addition } from "./Realtime";

declare global {
  interface Window {
    mountAgain?: () => void;
  }
}

const place = document.getElementById("root");
const mount = () => {
  if (!place) return;
  const root = createRoot(place);
  root.render(<StrictMode><Editor addition={addition} /></StrictMode>);
  window.mountAgain = () => {
    root.unmount();
    mount();
  };
};
mount();
