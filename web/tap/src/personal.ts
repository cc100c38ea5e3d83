/** What is personal by its name or by its shape: the rules of `conformance/redaction.json`, as the server has them. */

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
/** Shorter than anything personal that has no digit or sign. */
const PLAIN = /^[A-Za-z][A-Za-z ,&_-]{0,14}$/;
// In this order: e-mail, telephone (international, North America, national), US social security number, IPv4, IPv6 (long, short), MAC, JSON web token, keys of
// well-known makers, bearers, digests and random tokens, a browser's user agent. One literal, because the size of this package counts.
const SHAPES =
  /[^ \t\r\n@](?:@|%40)[^ \t\r\n@.]{1,63}\.[^ \t\r\n@.]|(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)|(?<![\w-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])|(?<![\w-])\(?0\d{2,4}\)?[ .-]\d{3,4}[ .-]?\d{3,4}(?![\w-])|(?<![\w-])\d{3}[ -]\d{2}[ -]\d{4}(?![\w-])|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?<![\dA-Za-z:])(?:[\dA-Fa-f]{1,4}:){7}[\dA-Fa-f]{1,4}(?![\dA-Za-z:])|(?<![\dA-Za-z:])(?:[\dA-Fa-f]{1,4}:){1,6}(?::[\dA-Fa-f]{1,4}){1,6}(?![\dA-Za-z:])|(?<![\dA-Za-z:-])(?:[\dA-Fa-f]{2}[:-]){5}[\dA-Fa-f]{2}(?![\dA-Za-z:-])|eyJ[\w-]{8,}\.[\w-]{8,}|(?<![^\W_])(?:sk|pk|rk)_(?:live|test)_[^\W_]{8,}|(?<![^\W_])(?:gh[opsu]_|xox[abps]-|AKIA)[A-Za-z\d-]{12,}|(?<![^\W_])(?:[Bb]earer|[Bb]asic) [\w.~+/=-]{12,}|(?<![^\W_])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[^\W_]{32,}|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=\D*\d)[\w=-]{40,}$|^Mozilla\/\d/;
const CARD = /(?<![\d.])[2-6](?:[ -]?\d){12,18}(?!\d)/g;

/** True where a dotted property path is called like something personal (`user.e-mail`, `billingAddress`, `ip`). */
export function personalName(path: string): boolean {
  const found = (path.match(WORD) ?? []).map((word) => singular(word.toLowerCase()));
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
  const text = String(value);
  const card = (text.match(CARD) ?? []).some(luhn);
  return typeof value === "number" ? card && value > 0 && Number.isInteger(value) : card || (!PLAIN.test(text) && SHAPES.test(text));
}

function singular(word: string): string {
  return /(?:ss|is|us)$/.test(word) ? word : word.replace(/ies$/, "y").replace(/sses$/, "ss").replace(/([^s])s$/, "$1");
}

/** Whether the digits of `text` carry the check digit of a payment card. */
function luhn(text: string): boolean {
  const digits = (text.match(/[0-9]/g) ?? []).reverse();
  return digits.reduce((sum, digit, place) => sum + Number(place % 2 ? "0246813579"[Number(digit)] : digit), 0) % 10 === 0;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
