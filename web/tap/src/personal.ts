/** What is personal by its name or by its shape: the rules of `conformance/redaction.json`, as the server has them. */
import { card, LONGEST, personalText, plain } from "./shapes.ts";

/** A name that holds one of these words, or of the pairs or stems below, is personal. */
export const WORDS = words(
  "address allergy auth authorization avatar birth certificate city condition cookie credential cvc cvv diagnosis disability dob fax firstname forename fullname gender iban identification ip lastname latitude licence license longitude mac maidenname medication nickname passcode passphrase passwd phone photo postcode procedure pwd race religion salary secret serial sex ssn street surname telephone token username veteran visa zip",
);
/** Two words that are personal beside each other, or written as one; the stems are too. */
export const PAIRS = words(
  "accesskey advertisingid anonymousid apikey birthdate cardnumber debitcard deviceid groupid homephone ipaddress macaddress postalcode previousid privatekey sessionid useragent userid writekey zipcode",
);
/** Personal wherever it stands in a name, even inside a longer word. */
export const STEMS = words("email password passport ethnicity citizenship birthda creditcard socialsecurity sexualorientation");
/** `name` is personal as a name's first word, and after one of these. */
export const NAMED = words(
  "billing cardholder client contact customer display family first full given guest holder last legal maiden middle nick owner patient person real recipient shipping sur traveller traveler user",
);

// In JavaScript \d and \w know ASCII alone, as the rules want it.
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** True where a dotted property path is called like something personal (`user.e-mail`, `billingAddress`, `ip`). */
export function personalName(path: string): boolean {
  const read = plain(path);
  if (read.length > LONGEST) return true;
  const found = (read.match(WORD) ?? []).map((word) => singular(word.toLowerCase()));
  const whole = found.join("");
  return (
    found.some((word, place) => {
      const before = found[place - 1];
      return WORDS.has(word) || PAIRS.has(word) || PAIRS.has(`${before}${word}`) || (word === "name" && (!before || NAMED.has(before)));
    }) || [...STEMS].some((stem) => whole.includes(stem))
  );
}

/** True where a text holds, or a number is, something that looks personal. */
export function personalValue(value: string | number): boolean {
  return typeof value === "string" ? personalText(value) : Number.isInteger(value) && card(String(value));
}

function singular(word: string): string {
  return /(?:ss|is|us)$/.test(word) ? word : word.replace(/ies$/, "y").replace(/sses$/, "ss").replace(/([^s])s$/, "$1");
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
