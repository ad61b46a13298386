import type { ConsentPurpose } from "../api/types.ts";

/** What the patient is shown for one purpose. A change of `text` needs a new `version`: consents name the one shown. */
export interface ConsentText {
  purpose: ConsentPurpose;
  version: string;
  title: string;
  text: string;
  /** What withdrawing does. */
  withdrawal: string;
}

export const consentTexts: ConsentText[] = [
  {
    purpose: "care",
    version: "care-1",
    title: "Care",
    text:
      "I agree to sessions in virtual reality led by my clinician. It was explained to me what I will see and why. " +
      "I know that it can bring strong feelings, dizziness or nausea, and that I can stop at any moment without " +
      "giving a reason. What happens in a session is kept in my record.",
    withdrawal: "No new session can start. The record of earlier sessions is kept.",
  },
  {
    purpose: "recording",
    version: "recording-1",
    title: "Recording",
    text:
      "I agree that my movements and my heart rate are recorded during sessions, to look at them again with my " +
      "clinician. No picture and no sound is recorded. Sessions go on as usual without this.",
    withdrawal: "Recording stops at once, also in a session that is under way. Earlier recordings are kept.",
  },
  {
    purpose: "research",
    version: "research-1",
    title: "Research",
    text:
      "I agree that what was kept of my sessions may be used for research after everything that names me was " +
      "removed. My care does not depend on this.",
    withdrawal:
      "Nothing of this patient enters research from now on. What was already published cannot be recalled.",
  },
];
