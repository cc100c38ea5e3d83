/** In the place of `react-remove-scroll`, which only modal popovers use. */
export { Fragment as RemoveScroll } from "react";
