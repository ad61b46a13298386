import { describe, expect, it } from "vitest";
import type { Phase, Role, RoomView } from "../wire/generated.ts";
import { Hold, StopLatch } from "./stop.ts";

function view(phase: Phase, agreed: Role[] = []): RoomView {
  return {
    phase,
    agreed,
    members: [],
    question: null,
    recording: false,
    frozen_why: null,
    began_tick: 0,
    durable: true,
  };
}

describe("the stop latch", () => {
  it("opens only when subject and lead both agreed", () => {
    const latch = new StopLatch();
    latch.stop("grips");
    latch.follow(view("calm"));
    latch.agree(view("calm"));
    latch.follow(view("calm", ["subject"]));
    expect(latch.stopped).toBe(true);
    latch.follow(view("running"));
    expect(latch.stopped).toBe(false);
  });

  it("stays shut for a room that runs on without the subject's word", () => {
    const latch = new StopLatch();
    latch.stop("escape");
    for (const phase of ["running", "calm", "running", "frozen", "running"] as Phase[])
      latch.follow(view(phase));
    expect(latch.stopped).toBe(true);
  });

  it("stays shut while the room does not yet know of the stop", () => {
    const latch = new StopLatch();
    latch.follow(view("running"));
    latch.stop("word");
    latch.agree(view("running"));
    latch.follow(view("running"));
    expect(latch.stopped).toBe(true);
  });

  it("is shut by the lead's stop, and by nothing but agreement opened", () => {
    const latch = new StopLatch();
    latch.follow(view("calm"));
    expect([latch.stopped, latch.why]).toEqual([true, "lead"]);
    latch.follow(view("running"));
    expect(latch.stopped).toBe(true);
    latch.agree(view("running"));
    expect(latch.stopped).toBe(false);
  });

  it("lets an agreement be taken back", () => {
    const latch = new StopLatch();
    latch.stop("word");
    latch.follow(view("calm"));
    latch.agree(view("calm"));
    latch.stop("word");
    latch.follow(view("running"));
    expect(latch.stopped).toBe(true);
  });

  it("drops an agreement when somebody stopped once more", () => {
    const latch = new StopLatch();
    latch.stop("word");
    latch.follow(view("calm"));
    latch.agree(view("calm"));
    latch.follow(view("calm", ["subject"]));
    latch.follow(view("calm"));
    expect(latch.ready).toBe(false);
    latch.follow(view("running"));
    expect(latch.stopped).toBe(true);
  });

  it("works with no room at all, and lets one go back to where nothing has begun", () => {
    for (const room of [null, view("lobby")]) {
      const latch = new StopLatch();
      latch.stop("escape");
      expect(latch.stopped).toBe(true);
      latch.agree(room);
      expect(latch.stopped).toBe(false);
    }
  });

  it("tells a room that was away what it missed", () => {
    const latch = new StopLatch();
    expect(latch.toRepeat(view("running"))).toBeNull();
    latch.stop("grips");
    expect(latch.toRepeat(view("running"))).toBe("stop");
    expect(latch.toRepeat(view("calm"))).toBeNull();
    latch.follow(view("calm"));
    latch.agree(view("calm"));
    expect(latch.toRepeat(view("calm"))).toBe("agree");
    expect(latch.toRepeat(view("calm", ["subject"]))).toBeNull();
  });

  it("holds for every order of what may happen, unless the subject agreed after the last stop", () => {
    const steps = ["stop", "agree", "calm", "calm+subject", "running", "frozen"] as const;
    const walk = (path: number): void => {
      const latch = new StopLatch();
      latch.stop("word");
      let agreedSinceStop = false;
      for (let step = 0; step < 6; step += 1) {
        const name = steps[Math.floor(path / steps.length ** step) % steps.length];
        if (name === "stop") {
          latch.stop("word");
          agreedSinceStop = false;
        } else if (name === "agree") {
          latch.agree(view("calm"));
          agreedSinceStop = true;
        } else if (name === "calm+subject") latch.follow(view("calm", ["subject"]));
        else latch.follow(view(name as Phase));
        if (!agreedSinceStop && !latch.stopped) throw new Error(`opened alone on path ${path}`);
        if (!latch.stopped) return;
      }
    };
    for (let path = 0; path < steps.length ** 6; path += 1) walk(path);
  });
});

describe("holding", () => {
  it("fires once, after its time, and again only after it was let go", () => {
    const hold = new Hold(1000);
    const fired = [0, 500, 999, 1000, 1500, 5000].map((now) => hold.update(true, now));
    expect(fired).toEqual([false, false, false, true, false, false]);
    hold.update(false, 5001);
    expect([hold.update(true, 5002), hold.update(true, 6002)]).toEqual([false, true]);
  });

  it("begins anew when it is let go in between", () => {
    const hold = new Hold(1000);
    hold.update(true, 0);
    hold.update(false, 900);
    hold.update(true, 950);
    expect(hold.progress(1450)).toBe(0.5);
    expect(hold.update(true, 1900)).toBe(false);
    expect(hold.update(true, 1950)).toBe(true);
  });
});
