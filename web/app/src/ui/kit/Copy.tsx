/** Copies a text and says that it did. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./Button.tsx";

const SAID_MS = 1500;

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
