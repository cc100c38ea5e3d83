/** A name that was sent beside one that is listened for, what differs marked in both. */
import { differenceParts } from "./difference.ts";
import "../styles/unmapped.css";

export function NameDifference({ sent, listened }: { readonly sent: string; readonly listened: string }) {
  return (
    <span className="difference">
      <Marked name={sent} other={listened} /> was sent, <Marked name={listened} other={sent} /> is listened for
    </span>
  );
}

function Marked({ name, other }: { readonly name: string; readonly other: string }) {
  return (
    <code>
      {differenceParts(name, other).map(({ text, differs }, index) => (differs ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>))}
    </code>
  );
}
