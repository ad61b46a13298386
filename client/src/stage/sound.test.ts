import { describe, expect, it, vi } from "vitest";
import { openSoundScape } from "./sound";

describe("openSoundScape", () => {
  it("is null where there is no audio", () => {
    expect(openSoundScape()).toBeNull();
  });

  it("makes no audio context before the gesture that wakes it", () => {
    const made = vi.fn();
    vi.stubGlobal("AudioContext", made);
    const sound = openSoundScape();
    sound?.mix(1, 1, 1, 1);
    sound?.fadeOut(1);
    sound?.listen(0, 0, 0, 0, 0, -1);
    sound?.dispose();
    vi.unstubAllGlobals();
    expect(sound).not.toBeNull();
    expect(made).not.toHaveBeenCalled();
  });
});
