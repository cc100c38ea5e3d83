/** Shows the sample shop beside the graph, or puts it away. */
import { Store } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { useActions, useShell } from "../use.ts";
import { offered, opened, shown } from "./offered.ts";

export function ShopButton() {
  const actions = useActions();
  const there = useShell(offered);
  const open = useShell(shown);
  if (!there) return null;
  return (
    <Button
      icon={<Store size={15} />}
      className="shop-button"
      aria-label="Shop"
      aria-pressed={open}
      title={open ? "Put the sample shop away" : "Show the sample shop beside the graph"}
      onClick={() => {
        actions.keep(open ? { shop: "closed" } : opened(window.innerWidth));
      }}
    >
      Shop
    </Button>
  );
}
