/** Entering and leaving virtual reality. */
import type * as THREE from "three";

/** Whether this device can show the room in VR, and if not, why and what to do, in words for the subject. */
export type Availability = { able: true } | { able: false; why: string };

const WANTED_RATE_HZ = 90;

/** Asks the browser. Never throws. */
export async function availability(): Promise<Availability> {
  if (!globalThis.isSecureContext) {
    return {
      able: false,
      why:
        "VR needs a secure address. Open this room by its address that begins with https; your guide's " +
        "screen shows it. Until then you can take part on this screen.",
    };
  }
  const able = await navigator.xr?.isSessionSupported("immersive-vr").catch(() => false);
  if (able) return { able: true };
  return {
    able: false,
    why: "This device shows no VR. You can take part on this screen, or open the room in a headset's browser.",
  };
}

/**
 * Starts VR; call it from a gesture. Asks for the floor, and for hands where there are any, and for nothing else.
 *
 * Rejects with the browser's error when the subject or the browser declines.
 */
export async function enterVr(renderer: THREE.WebGLRenderer): Promise<XRSession> {
  if (!navigator.xr) throw new Error("got a browser without WebXR, expected one with it; use a headset");
  const session = await navigator.xr.requestSession("immersive-vr", {
    requiredFeatures: ["local-floor"],
    optionalFeatures: ["hand-tracking"],
  });
  renderer.xr.setReferenceSpaceType("local-floor");
  await renderer.xr.setSession(session);
  await chooseRate(session);
  return session;
}

/** The highest rate up to 90 Hz: above it the picture costs more than it gives here. */
async function chooseRate(session: XRSession): Promise<void> {
  const rates = Array.from(session.supportedFrameRates ?? []).filter((rate) => rate <= WANTED_RATE_HZ);
  if (rates.length === 0 || !session.updateTargetFrameRate) return;
  await session.updateTargetFrameRate(Math.max(...rates)).catch(() => undefined);
}
