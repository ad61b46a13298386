/** Starts the 3-D view of a report: data from `#scan`, drawn into `#view3d`. */
import { readPayload, ViewError } from "./payload.ts";

const place = document.getElementById("view3d");
const data = document.getElementById("scan");
if (place && data) {
  try {
    readPayload(data.textContent);
    place.textContent = "Unpacking the scan.";
  } catch (error) {
    place.textContent = error instanceof ViewError ? error.message : String(error);
  }
}
