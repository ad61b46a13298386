import { createRoot } from "react-dom/client";
import { Console } from "./console_root.tsx";
import { styleNonce } from "./nonce.ts";
import "./styles.ts";

// Dialogs lock scrolling by a style element of a library that asks for its nonce under this name.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const place = document.querySelector("#console");
if (place) createRoot(place).render(<Console />);
