import { createRoot } from "react-dom/client";
import { Console } from "./console_root.tsx";
import "./styles.ts";

const place = document.querySelector("#console");
if (place) createRoot(place).render(<Console />);
