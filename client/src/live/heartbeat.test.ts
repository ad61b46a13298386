import { describe, expect, it } from "vitest";
import { type Trust, Watchdog } from "./heartbeat.ts";

/** Judges twice a second, as a page that is awake does, until a time; gives back the last judgement. */
function awake(dog: Watchdog, fromMs: number, untilMs: number): Trust {
  for (let at = fromMs; at < untilMs; at += 500) dog.trust(at);
  return dog.trust(untilMs);
}

describe("the watchdog", () => {
  it("freezes after three seconds and goes to calm after ten", () => {
    const judged = [2999, 3000, 9999, 10_000].map((at) => awake(new Watchdog(0), 0, at));
    expect(judged).toEqual(["live", "frozen", "frozen", "calm"]);
  });

  it("stays live while heartbeats are answered, with some of them lost", () => {
    const dog = new Watchdog(0);
    for (let at = 0; at < 60_000; at += 1000) {
      if (at % 3000 === 0) dog.answered(at, at + 50);
      expect(dog.trust(at + 999)).toBe("live");
    }
  });

  it("is not misled by answers that were held up and come in a bunch", () => {
    const dog = new Watchdog(0);
    awake(dog, 0, 8900);
    for (const sent of [1000, 2000, 3000]) dog.answered(sent, 9000);
    expect(dog.trust(9000)).toBe("frozen");
    expect(dog.silenceMs(9000)).toBe(6000);
  });

  it("takes answers in any order", () => {
    const orders = [
      [1000, 5000, 3000],
      [5000, 3000, 1000],
      [3000, 1000, 5000],
    ];
    for (const order of orders) {
      const dog = new Watchdog(0);
      for (const sent of order) dog.answered(sent, 6000);
      expect(dog.silenceMs(6000)).toBe(1000);
    }
  });

  it("ignores an answer to a ping that is yet to be sent", () => {
    const dog = new Watchdog(0);
    dog.answered(1e9, 5000);
    expect(awake(dog, 0, 5000)).toBe("frozen");
  });

  it("comes back to life with the first fresh answer", () => {
    const dog = new Watchdog(0);
    expect(awake(dog, 0, 20_000)).toBe("calm");
    dog.answered(20_000, 20_040);
    expect(dog.trust(20_040)).toBe("live");
  });

  it("does not take its own sleep for the room's silence, and is awake at once", () => {
    const dog = new Watchdog(0);
    awake(dog, 0, 1000);
    expect(dog.trust(3_600_000)).toBe("frozen");
    expect(awake(dog, 3_600_000, 3_606_000)).toBe("frozen");
    expect(awake(dog, 3_606_000, 3_607_000)).toBe("calm");
  });
});
