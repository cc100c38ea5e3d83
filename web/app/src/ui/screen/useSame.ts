/** Keeps a value's identity while what it says is the same, so that the picture is not told of nothing. */
import { useRef } from "react";

export function useSame<T>(value: T): T {
  const held = useRef({ value, text: JSON.stringify(value) });
  const text = JSON.stringify(value);
  // eslint-disable-next-line react-hooks/refs -- the held value is only replaced by one that says something else
  if (text !== held.current.text) held.current = { value, text };
  // eslint-disable-next-line react-hooks/refs -- see above
  return held.current.value;
}
