/** How numbers and ages are said on a card: short, of steady width, and never falsely exact. */

/** Events a second: 212, 9.2, 0.1; 1.2k from a thousand. */
export function rateText(rate: number): string {
  return `${amount(rate)}/s`;
}

/** A count or rate in at most four figures. */
export function amount(value: number): string {
  if (value <= 0) return "0";
  if (value < 9.95) return value < 0.05 ? "<0.1" : value.toFixed(1).replace(/\.0$/, "");
  if (value < 999.5) return String(Math.round(value));
  if (value < 9_950) return `${(value / 1000).toFixed(1).replace(/\.0$/, "")}k`;
  if (value < 999_500) return `${Math.round(value / 1000)}k`;
  return `${(value / 1_000_000).toFixed(1).replace(/\.0$/, "")}M`;
}

/** How long ago, coarsely: now (under two seconds), 2s … 59s, 1m …, 1h …; never when it has not been. */
export function ageText(age: number | null): string {
  if (age === null) return "never";
  const seconds = Math.max(0, Math.floor(age / 1000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return `${Math.floor(seconds / 3600)}h`;
}

/** Share of a case node's arm. */
export function share(weight: number): string {
  return `${Math.round(weight * 100)}%`;
}
