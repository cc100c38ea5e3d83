/** Everything that only a page without a server loads. */
export { chest } from "./chest.ts";
export { Opening } from "./opening.ts";
export { OpenedShelf } from "./shelf.ts";
