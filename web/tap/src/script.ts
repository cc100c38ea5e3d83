/** What `/tap.js` runs. */
import { start } from "./auto.ts";

start(document.currentScript instanceof HTMLScriptElement ? document.currentScript : null);
