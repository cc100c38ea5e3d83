/** A popover with a heading, opened by its trigger; what draws it is fetched when somebody reaches for the trigger, not with the page. */
import { cloneElement, lazy, Suspense, useState, type ButtonHTMLAttributes, type ReactElement, type ReactNode } from "react";

export interface PopProps {
  readonly title: string;
  readonly trigger: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>;
  readonly children: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly wide?: boolean;
}

const load = () => import("./Popped.tsx");
const Popped = lazy(() => load().then(({ Popped: component }) => ({ default: component })));

export function Pop(props: PopProps) {
  const [asked, setAsked] = useState(false);
  const reach = (): void => void load();
  const closed = cloneElement(props.trigger, {
    "aria-haspopup": "dialog",
    "aria-expanded": false,
    onPointerEnter: reach,
    onFocus: reach,
    onClick: () => {
      setAsked(true);
    },
  });
  return asked ? (
    <Suspense fallback={closed}>
      <Popped {...props} />
    </Suspense>
  ) : (
    closed
  );
}
