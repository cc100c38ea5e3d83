// Generated from the Python values by tools/wire_types.py; do not edit.

/** A name with one of these words, or of the pairs or stems below, is personal. */
export const WORDS = "address allergy auth authorization avatar birth certificate city condition cookie credential cvc cvv diagnosis disability dob fax firstname forename fullname gender iban identification ip lastname latitude licence license longitude mac maidenname medication nickname passcode passphrase passwd phone photo postcode procedure pwd race religion salary secret serial sex ssn street surname telephone token username veteran visa zip";
/** Two words that are personal if adjacent or written as one. */
export const PAIRS = "accesskey advertisingid anonymousid apikey cardnumber debitcard deviceid groupid homephone ipaddress macaddress postalcode previousid privatekey sessionid useragent userid writekey zipcode";
/** Personal anywhere in a name, even inside a longer word. */
export const STEMS = "email password passport ethnicity citizenship birthda creditcard socialsecurity sexualorientation";
/** `name` is personal as the first word of a name, and after one of these. */
export const NAMED = "billing cardholder client contact customer display family first full given guest holder last legal maiden middle nick owner patient person real recipient shipping sur traveler traveller user";
