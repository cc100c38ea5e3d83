/** Buttons: one shape, four voices. */
import type { ButtonHTMLAttributes, ReactNode } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly voice?: "plain" | "quiet" | "strong" | "trace";
  readonly icon?: ReactNode;
  readonly keys?: string;
}

export function Button({ voice = "plain", icon, keys, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${voice} ${children === undefined ? "button-icon" : ""} ${className}`} {...rest}>
      {icon}
      {children !== undefined && <span className="button-label">{children}</span>}
      {keys !== undefined && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}
