/** Synthesised sound: wind with gusts, a city far below, water, birdsong. Nothing plays before `wake`. */

/** The sound of a place. All levels run from 0 to 1. */
export interface SoundScape {
  /** Starts the sound; call it from a gesture of the user. */
  wake(): void;
  /** Sets how loud each voice is; cheap enough for every frame. */
  mix(wind: number, city: number, water: number, birdsong: number): void;
  /** Turns the listener: position, forward and up in metres of the scene. */
  listen(x: number, y: number, z: number, forwardX: number, forwardY: number, forwardZ: number): void;
  /** Lowers everything to silence over `seconds`, without a startle. */
  fadeOut(seconds: number): void;
  /** Brings everything back over `seconds`. */
  fadeIn(seconds: number): void;
  dispose(): void;
}

/** Loudness of everything together: quiet on purpose. */
const masterLevel = 0.5;
/** Seconds in which a level settles. */
const settle = 0.5;
const quiet = 0.004;

/** Two seconds of noise; `brown` sinks towards the low tones. */
function noiseBuffer(context: AudioContext, brown: boolean): AudioBuffer {
  const buffer = context.createBuffer(1, context.sampleRate * 4, context.sampleRate);
  const samples = buffer.getChannelData(0);
  let word = 22222;
  let low = 0;
  for (let at = 0; at < samples.length; at++) {
    word = (Math.imul(word, 196314165) + 907633515) >>> 0;
    const white = word / 2147483648 - 1;
    low = (low + 0.02 * white) / 1.02;
    samples[at] = brown ? low * 3.5 : white;
  }
  return buffer;
}

/** One looping voice: noise, a filter, a slow swell, a place in space. */
class Voice {
  readonly gain: GainNode;
  private readonly nodes: AudioScheduledSourceNode[] = [];
  private readonly context: AudioContext;
  private wanted = 0;

  constructor(
    context: AudioContext,
    out: AudioNode,
    buffer: AudioBuffer,
    tone: {
      type: BiquadFilterType;
      hertz: number;
      quality: number;
      swellHertz: number;
      swellDepth: number;
      at: readonly [number, number, number];
    },
  ) {
    this.context = context;
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    const filter = new BiquadFilterNode(context, { type: tone.type, frequency: tone.hertz, Q: tone.quality });
    const swell = new OscillatorNode(context, { frequency: tone.swellHertz });
    const depth = new GainNode(context, { gain: tone.swellDepth * tone.hertz });
    const panner = new PannerNode(context, {
      panningModel: "HRTF",
      distanceModel: "linear",
      rolloffFactor: 0,
    });
    panner.positionX.value = tone.at[0];
    panner.positionY.value = tone.at[1];
    panner.positionZ.value = tone.at[2];
    this.gain = new GainNode(context, { gain: 0 });
    swell.connect(depth).connect(filter.frequency);
    source.connect(filter).connect(this.gain).connect(panner).connect(out);
    source.start();
    swell.start();
    this.nodes.push(source, swell);
  }

  level(value: number): void {
    if (Math.abs(value - this.wanted) < quiet) return;
    this.wanted = value;
    this.gain.gain.setTargetAtTime(value, this.context.currentTime, settle);
  }

  stop(): void {
    for (const node of this.nodes) node.stop();
  }
}

/** Now and then a short phrase of whistles from one of a few trees. */
class Birdsong {
  private wanted = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 1;
  private readonly context: AudioContext;
  private readonly out: AudioNode;

  constructor(context: AudioContext, out: AudioNode) {
    this.context = context;
    this.out = out;
    this.plan();
  }

  level(value: number): void {
    this.wanted = value;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private dice(): number {
    this.turn = (Math.imul(this.turn, 1664525) + 1013904223) >>> 0;
    return this.turn / 4294967296;
  }

  private plan(): void {
    this.timer = setTimeout(
      () => {
        if (this.wanted > 0.02) this.sing();
        this.plan();
      },
      1400 + 3800 * this.dice(),
    );
  }

  private sing(): void {
    const angle = this.dice() * Math.PI * 2;
    const panner = new PannerNode(this.context, {
      panningModel: "HRTF",
      distanceModel: "linear",
      rolloffFactor: 0,
    });
    panner.positionX.value = Math.cos(angle) * 10;
    panner.positionY.value = 4;
    panner.positionZ.value = Math.sin(angle) * 10;
    panner.connect(this.out);
    const notes = 2 + Math.floor(this.dice() * 4);
    const base = 2300 + 1600 * this.dice();
    let start = this.context.currentTime + 0.05;
    for (let note = 0; note < notes; note++) {
      const length = 0.09 + 0.12 * this.dice();
      const tone = new OscillatorNode(this.context, { type: "sine", frequency: base });
      const gain = new GainNode(this.context, { gain: 0 });
      tone.frequency.setValueAtTime(base * (0.9 + 0.3 * this.dice()), start);
      tone.frequency.exponentialRampToValueAtTime(base * (0.9 + 0.35 * this.dice()), start + length);
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(0.22 * this.wanted, start + length * 0.3);
      gain.gain.linearRampToValueAtTime(0, start + length);
      tone.connect(gain).connect(panner);
      tone.start(start);
      tone.stop(start + length + 0.02);
      start += length + 0.04 + 0.1 * this.dice();
    }
  }
}

class WebSound implements SoundScape {
  private context: AudioContext | undefined;
  private master: GainNode | undefined;
  private wind: Voice | undefined;
  private whistle: Voice | undefined;
  private city: Voice | undefined;
  private water: Voice | undefined;
  private birds: Birdsong | undefined;

  wake(): void {
    if (this.context) {
      void this.context.resume();
      return;
    }
    const context = new AudioContext();
    const master = new GainNode(context, { gain: 0 });
    master.connect(context.destination);
    const white = noiseBuffer(context, false);
    const brown = noiseBuffer(context, true);
    this.wind = new Voice(context, master, brown, {
      type: "lowpass",
      hertz: 420,
      quality: 0.4,
      swellHertz: 0.11,
      swellDepth: 0.55,
      at: [-3, 1, -4],
    });
    this.whistle = new Voice(context, master, white, {
      type: "bandpass",
      hertz: 640,
      quality: 6,
      swellHertz: 0.17,
      swellDepth: 0.35,
      at: [3, 1, 1],
    });
    this.city = new Voice(context, master, brown, {
      type: "lowpass",
      hertz: 180,
      quality: 0.3,
      swellHertz: 0.05,
      swellDepth: 0.25,
      at: [0, -8, -3],
    });
    this.water = new Voice(context, master, white, {
      type: "bandpass",
      hertz: 900,
      quality: 0.5,
      swellHertz: 0.19,
      swellDepth: 0.4,
      at: [1, -1, -6],
    });
    this.birds = new Birdsong(context, master);
    this.context = context;
    this.master = master;
    this.fadeIn(2);
  }

  mix(wind: number, city: number, water: number, birdsong: number): void {
    this.wind?.level(wind * 0.9);
    this.whistle?.level(wind * wind * 0.035);
    this.city?.level(city * 0.8);
    this.water?.level(water * 0.3);
    this.birds?.level(birdsong);
  }

  listen(x: number, y: number, z: number, forwardX: number, forwardY: number, forwardZ: number): void {
    const listener = this.context?.listener;
    if (!listener?.positionX) return;
    listener.positionX.value = x;
    listener.positionY.value = y;
    listener.positionZ.value = z;
    listener.forwardX.value = forwardX;
    listener.forwardY.value = forwardY;
    listener.forwardZ.value = forwardZ;
  }

  fadeOut(seconds: number): void {
    this.fade(0, seconds);
  }

  fadeIn(seconds: number): void {
    this.fade(masterLevel, seconds);
  }

  dispose(): void {
    for (const voice of [this.wind, this.whistle, this.city, this.water, this.birds]) voice?.stop();
    void this.context?.close();
    this.context = undefined;
  }

  private fade(level: number, seconds: number): void {
    if (!this.context || !this.master) return;
    const gain = this.master.gain;
    const now = this.context.currentTime;
    gain.cancelScheduledValues(now);
    gain.setValueAtTime(gain.value, now);
    gain.linearRampToValueAtTime(level, now + Math.max(0.05, seconds));
  }
}

/** Gives the sound of this browser, or null where there is none. */
export function openSoundScape(): SoundScape | null {
  return typeof AudioContext === "undefined" ? null : new WebSound();
}
