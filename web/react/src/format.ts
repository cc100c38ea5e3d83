/** Numbers, times and spans as the screen prints them: tabular, coarse, in the viewer's zone. */

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** 418207 → "418,207". */
export function count(value: number): string {
  return whole.format(value);
}

/** Events per second: "0", "0.2", "9.2", "41", "1,204". */
export function rate(value: number): string {
  if (value < 0.05) return "0";
  return value < 9.95 ? value.toFixed(1) : count(value);
}

/** A share in [0, 1]: "93.6%"; never "100%" or "0%" unless it is exactly that. */
export function share(value: number): string {
  if (value > 0 && value < 0.001) return "<0.1%";
  if (value < 1 && value > 0.999) return ">99.9%";
  return `${(value * 100).toFixed(value === 0 || value === 1 ? 0 : 1)}%`;
}

/** A span of milliseconds: "38 ms", "6.2 s", "1 m 48 s", "2 h 5 m". */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(ms)} ms`;
  if (size < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(size / 1000);
  const sign = ms < 0 ? "−" : "";
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  if (seconds < 48 * 3600) return `${sign}${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`;
  return `${sign}${Math.floor(seconds / 86_400)} d`;
}

/** How long ago, coarse: "now", "2 s", "41 s", "3 m", "2 h"; "never" for null. */
export function ago(at: number | null, now: number): string {
  if (at === null) return "never";
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** How long ago, in a sentence: "just now", "2 s ago". */
export function since(at: number, now: number): string {
  const passed = ago(at, now);
  return passed === "now" ? "just now" : `${passed} ago`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** "14:32:07". */
export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "14:32:07.418". */
export function clockMs(at: number): string {
  return `${clock(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}

/** Half a day, in milliseconds: a nearer time needs no date, on either side of midnight. */
const NEAR_MS = 12 * 3600 * 1000;

/** "14:32:07.418" near `now`, "2 Jan 2020" on another day: an event may bear any time. */
export function timeOrDay(at: number, now: number): string {
  return Math.abs(at - now) < NEAR_MS ? clockMs(at) : new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** "2 Jan 2026, 14:32:07.418" for titles, where the day matters. */
export function moment(at: number): string {
  return `${new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })}, ${clockMs(at)}`;
}

/** "1 event", "2 events". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A property value on one line. */
export function value(of: boolean | null | number | string | readonly unknown[]): string {
  if (of === null) return "null";
  if (typeof of === "object") return JSON.stringify(of);
  return typeof of === "string" ? of : String(of);
}
