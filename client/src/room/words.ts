/** What the room says to the subject, in one place. */

export const MEASURES: Record<string, { title: string; low: string; high: string }> = {
  suds: {
    title: "How distressed do you feel right now?",
    low: "0 is calm",
    high: "100 is the most you can imagine",
  },
};

export const FROZEN: Record<string, string> = {
  heartbeat: "The connection is gone for a moment. Nothing moves until it is back.",
  hidden: "You looked away from the room. It waited for you.",
  left: "You left VR. Enter it again, or go on from this screen.",
  lead: "Your guide paused. Nothing moves until you go on together.",
  room: "Nothing moves for a moment.",
};

export const HOW_TO_STOP = {
  headset: [
    "Squeeze both grips for one second",
    "Look at your wrist and touch Stop",
    "Hold the upper button, or press Stop here",
  ],
  screen: [
    "Press Stop below, or the Escape key",
    "In VR, squeeze both grips for one second",
    "In VR, look at your wrist and touch Stop",
  ],
};

export const SPOKEN = {
  calmByStop: "You are in a calm place. Take your time.",
  calmByLead: "Your guide stopped. You are in a calm place.",
  calmByHeartbeat:
    "The connection to your guide was lost. You are in a calm place, and nothing happens here.",
  admitted: "You are admitted.",
  ask: "There is a question for you on the panel.",
  goOn: "You go on together.",
  closed: "The session is over. You can take the headset off.",
};

export const GOODBYE: Record<string, string> = {
  closed: "The session is over. You can take the headset off. Thank you.",
  removed: "Your guide ended your visit. You can take the headset off.",
  replaced: "This room was opened on another device. Close this page, or ask your guide for a new code.",
  refused: "The room could not let this device in. Ask your guide for a new code.",
};
