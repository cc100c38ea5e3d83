/** Buttons, a copy button, and the handle between two panels. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { type ButtonHTMLAttributes, type KeyboardEvent, type PointerEvent, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { SessionContext } from "../hooks.ts";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly voice?: "plain" | "quiet" | "strong" | "trace";
  readonly icon?: ReactNode;
  readonly keys?: string;
}

/** Whether the page has our keyboard shortcuts. */
export function useShortcuts(): boolean {
  return useContext(SessionContext)?.host?.shortcuts !== false;
}

/** A button; without children it is square, and needs an `aria-label`. */
export function Button({ voice = "plain", icon, keys, className = "", children, "aria-keyshortcuts": shortcut, ...rest }: ButtonProps) {
  const shortcuts = useShortcuts();
  return (
    <button type="button" className={`button button-${voice} ${children === undefined ? "button-icon" : ""} ${className}`} aria-keyshortcuts={shortcuts ? shortcut : undefined} {...rest}>
      {icon}
      {children !== undefined && <span className="button-label">{children}</span>}
      {keys !== undefined && shortcuts && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}

const SAID_MS = 1500;

/** A button that copies a text, and says so for a moment. */
export function Copy({ text, label, small = true }: { readonly text: string; readonly label: string; readonly small?: boolean }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => {
      setDone(false);
    }, SAID_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [done]);
  return (
    <Button
      voice="quiet"
      className={small ? "button-small" : ""}
      icon={done ? <Check size={14} /> : <CopyIcon size={14} />}
      aria-label={done ? "Copied" : label}
      title={label}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
        });
      }}
    />
  );
}

interface GripProps {
  readonly label: string;
  readonly axis: "x" | "y";
  readonly size: number;
  readonly least: number;
  readonly most: number;
  /** Which way makes the panel larger; a panel at the right or below grows towards the middle. */
  readonly grows?: "right";
  readonly onSize: (size: number) => void;
}

const STEP = 16;

/** The handle that sizes a panel, by pointer or arrow keys. */
export function Grip({ label, axis, size, least, most, grows, onSize }: GripProps) {
  const from = useRef<{ at: number; size: number } | null>(null);
  const place = (event: PointerEvent): number => (axis === "x" ? event.clientX : event.clientY);
  const sign = grows === "right" ? -1 : 1;
  const set = (next: number): void => {
    onSize(Math.round(Math.min(most, Math.max(least, next))));
  };
  const key = (event: KeyboardEvent): void => {
    const grow = axis === "x" ? "ArrowLeft" : "ArrowUp";
    const shrink = axis === "x" ? "ArrowRight" : "ArrowDown";
    if (event.key === grow) set(size + sign * STEP);
    else if (event.key === shrink) set(size - sign * STEP);
    else if (event.key === "Home") set(least);
    else if (event.key === "End") set(most);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={`grip grip-${axis}`}
      role="separator"
      aria-label={label}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onKeyDown={key}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { at: place(event), size };
      }}
      onPointerMove={(event) => {
        if (from.current) set(from.current.size + sign * (from.current.at - place(event)));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
    />
  );
}
