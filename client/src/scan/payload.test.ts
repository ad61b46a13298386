import { describe, expect, it } from "vitest";
import { readPayload, unpack, ViewError } from "./payload";

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const found = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(found, (byte) => String.fromCharCode(byte)).join(""));
}
const TOO_MUCH = await packed(new Uint8Array(9));
const TOO_LITTLE = await packed(new Uint8Array(7));
const whole = {
  size: [2, 2, 2],
  values: await packed(new Uint8Array(8)),
  range: [0, 255],
  unit: "",
  modality: "MR",
  title: "",
  indexToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  meshes: [],
};

describe("the page's data", () => {
  it("is read", () => {
    expect(readPayload(JSON.stringify(whole)).size).toEqual([2, 2, 2]);
  });

  it.each([
    "",
    "null",
    "{}",
    JSON.stringify({ ...whole, size: [2, 2] }),
    JSON.stringify({ ...whole, size: [2, 2, 0] }),
    JSON.stringify({ ...whole, indexToWorld: [1] }),
    JSON.stringify({ ...whole, range: [0, null] }),
  ])("is refused when it is %s", (text) => {
    expect(() => readPayload(text)).toThrow(ViewError);
  });

  it("is unpacked, and tells how far it is", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
    const shares: number[] = [];
    expect(await unpack(await packed(bytes), bytes.length, (share) => shares.push(share))).toEqual(bytes);
    expect(shares.at(-1)).toBe(1);
  });

  it.each([
    ["more than it says", TOO_MUCH],
    ["less than it says", TOO_LITTLE],
    ["no gzip", btoa("nothing packed")],
    ["no base64", "***"],
  ])("is refused when it holds %s", async (_, text) => {
    await expect(unpack(text, 8)).rejects.toThrow(ViewError);
  });
});
