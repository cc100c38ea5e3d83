/** The editor as it is without the client. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Editor } from "./Editor";

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Editor addition={null} /></StrictMode>);
