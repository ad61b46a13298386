// Load generator of benchmarks/live.py: many WebSocket clients in one process, with as little work a frame as can be.
//
// It speaks WebSocket over plain sockets itself, because a full client library would be busier than the servers that
// it is to measure. Sender and receiver share one monotonic clock. It spins instead of sleeping, so that poses leave
// within microseconds of their time; how late they left is part of the report, and tells whether the generator was
// the bottleneck. Frames are masked with zeros, which costs servers the same as any other mask.
//
// Standard input: one JSON object, `Job` in benchmarks/live.py. Standard output: a line `connected`, a line
// `measuring` when the warm-up is over, then a line with the result in JSON.

import net from "node:net";
import { performance } from "node:perf_hooks";

const STAMP_AT = 100; // in the pose: time of sending, float64 ms; then the sender's index in its room, uint32
const SENDER_AT = 108;
const POSES = 0xf1;
const SAMPLE_EVERY_MS = 10;
const PING_EVERY_MS = 1000;

class Histogram {
  static BINS = 1_000_000; // of 0.01 ms
  counts = new Uint32Array(Histogram.BINS);
  total = 0;
  maximum = 0;

  add(milliseconds) {
    const bin = (milliseconds * 100) | 0;
    this.counts[bin < 0 ? 0 : bin < Histogram.BINS ? bin : Histogram.BINS - 1] += 1;
    this.total += 1;
    if (milliseconds > this.maximum) this.maximum = milliseconds;
  }

  quantile(share) {
    let left = share * this.total;
    for (let bin = 0; bin < Histogram.BINS; bin += 1) {
      left -= this.counts[bin];
      if (left < 0) return (bin + 0.5) / 100;
    }
    return this.maximum;
  }

  summary() {
    if (this.total === 0) return null;
    return { p50: this.quantile(0.5), p95: this.quantile(0.95), p99: this.quantile(0.99), max: this.maximum };
  }
}

const job = JSON.parse(await new Response(process.stdin).text());
const size = job.room_size;
const lastStamp = new Float64Array(job.connections.length * size); // newest stamp, by receiver, then sender
const oneWay = new Histogram();
const peakAge = new Histogram();
const sampledAge = new Histogram();
const late = new Histogram();
const count = { sent: 0, unsent: 0, deliveries: 0, frames: 0, bytes: 0, closed: 0 };
const readBuffer = Buffer.allocUnsafe(256 * 1024);
let measuring = false;

function clientFrame(payload) {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6); // the mask stays zero
  head[0] = 0x82;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

class Client {
  constructor(index, entry) {
    this.index = index % size;
    this.base = index * size;
    this.pending = Buffer.alloc(0);
    this.open = false;
    this.entry = entry;
    const prefix = Buffer.from(job.prefix);
    const pose = Buffer.alloc(job.pose_bytes, 0);
    pose.writeUInt32LE(this.index, SENDER_AT);
    this.frame = clientFrame(Buffer.concat([prefix, pose]));
    this.stampAt = this.frame.length - job.pose_bytes + STAMP_AT;
  }

  connect() {
    return new Promise((resolve, reject) => {
      this.opened = resolve;
      this.failed = reject;
      const onread = { buffer: readBuffer, callback: (length) => this.read(length) };
      this.socket = net.connect({ host: "127.0.0.1", port: job.port, onread });
      this.socket.setNoDelay(true);
      this.socket.on("connect", () => this.socket.write(this.request()));
      this.socket.on("error", reject);
      this.socket.on("close", () => {
        if (this.open) count.closed += 1;
        this.open = false;
      });
    });
  }

  request() {
    const headers = {
      Host: `127.0.0.1:${job.port}`,
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      ...this.entry.headers,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `GET ${this.entry.path} HTTP/1.1\r\n${lines.join("")}\r\n`;
  }

  read(length) {
    let buffer = readBuffer;
    let end = length;
    if (this.pending.length > 0) {
      buffer = Buffer.concat([this.pending, readBuffer.subarray(0, length)]);
      end = buffer.length;
    }
    let at = 0;
    if (!this.open) {
      at = this.readAnswer(buffer, end);
    }
    if (this.open) at = this.readFrames(buffer, at, end);
    this.pending = at < end ? Buffer.from(buffer.subarray(at, end)) : Buffer.alloc(0);
    if (measuring) count.bytes += length;
    return true;
  }

  readAnswer(buffer, end) {
    const found = buffer.subarray(0, end).indexOf("\r\n\r\n");
    if (found < 0) return 0;
    const status = buffer.subarray(0, buffer.indexOf("\r\n")).toString();
    if (!status.includes(" 101 ")) this.failed(new Error(`expected 101 Switching Protocols, got ${status}`));
    this.open = true;
    for (const first of this.entry.first) this.socket.write(clientFrame(Buffer.from(first, "base64")));
    if (this.entry.first.length === 0) this.opened();
    return found + 4;
  }

  readFrames(buffer, start, end) {
    const now = performance.now();
    let at = start;
    while (at + 2 <= end) {
      let length = buffer[at + 1] & 0x7f;
      let head = 2;
      if (length === 126) {
        if (at + 4 > end) break;
        length = buffer.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        if (at + 10 > end) break;
        length = Number(buffer.readBigUInt64BE(at + 2));
        head = 10;
      }
      const payload = at + head;
      if (payload + length > end) break;
      this.frameArrived(buffer, buffer[at] & 0x0f, payload, payload + length, now);
      at = payload + length;
    }
    return at;
  }

  frameArrived(buffer, opcode, start, end, now) {
    if (opcode === 9) this.socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    if (opcode !== 2) return;
    if (measuring) count.frames += 1;
    this.opened(); // whoever says hello is in once the server has answered
    if (!job.joined) {
      this.poseArrived(buffer, start, now);
    } else if (buffer[start] === POSES) {
      for (let at = start + 1; at < end; at += 3 + buffer.readUInt16LE(at + 1)) this.poseArrived(buffer, at + 3, now);
    }
  }

  poseArrived(buffer, at, now) {
    const sender = buffer.readUInt32LE(at + SENDER_AT);
    if (sender === this.index) return;
    const stamp = buffer.readDoubleLE(at + STAMP_AT);
    const last = lastStamp[this.base + sender];
    if (stamp <= last) return;
    lastStamp[this.base + sender] = stamp;
    if (!measuring) return;
    count.deliveries += 1;
    oneWay.add(now - stamp);
    if (last > 0) peakAge.add(now - last);
  }

  send(now) {
    if (!this.open || this.socket.writableLength > 0) {
      if (measuring) count.unsent += 1;
      return;
    }
    this.frame.writeDoubleLE(now, this.stampAt);
    this.socket.write(this.frame);
    if (measuring) count.sent += 1;
  }
}

function sampleAges(clients, now) {
  for (const client of clients) {
    for (let sender = 0; sender < size; sender += 1) {
      if (sender !== client.index) sampledAge.add(now - (lastStamp[client.base + sender] || began));
    }
  }
}

const clients = job.connections.map((entry, index) => new Client(index, entry));
for (const client of clients) await client.connect();
console.log("connected");

const period = 1000 / job.rate_hz;
const began = performance.now();
// All have one period, so whoever is due next goes round in the order of the phases.
const turns = clients.map((client) => ({ client, due: began + Math.random() * period }));
turns.sort((a, b) => a.due - b.due);
const ping = job.ping === null ? null : clientFrame(Buffer.from(job.ping, "base64"));
const measureFrom = began + job.warmup_s * 1000;
const measureUntil = measureFrom + job.measure_s * 1000;
let turn = 0;
let nextSample = measureFrom;
let nextPing = began;

function work() {
  const now = performance.now();
  if (!measuring && now >= measureFrom) {
    measuring = true;
    console.log("measuring");
  }
  if (now >= measureUntil) return report(now);
  while (turns[turn].due <= performance.now()) {
    const one = turns[turn];
    const at = performance.now();
    if (measuring) late.add(at - one.due);
    one.client.send(at);
    one.due = Math.max(one.due + period, at - period); // far behind: let the lost poses go
    turn = (turn + 1) % turns.length;
  }
  if (ping !== null && now >= nextPing) {
    nextPing += PING_EVERY_MS / clients.length;
    const client = clients[pinged++ % clients.length];
    if (client.open) client.socket.write(ping);
  }
  if (measuring && now >= nextSample) {
    nextSample += SAMPLE_EVERY_MS;
    sampleAges(clients, now);
  }
  setImmediate(work);
}

let pinged = 0;

function report(now) {
  // A view that stopped being updated has no next update; count what it has aged so far.
  for (const client of clients) {
    for (let sender = 0; sender < size; sender += 1) {
      if (sender !== client.index) peakAge.add(now - (lastStamp[client.base + sender] || began));
    }
  }
  const result = {
    one_way_ms: oneWay.summary(),
    peak_age_ms: peakAge.summary(),
    sampled_age_ms: sampledAge.summary(),
    late_ms: late.summary(),
    seconds: job.measure_s,
    ...count,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

work();
