import { orthographic } from "../../client/src/stage/volume/matrices";
import { RayCaster } from "../../client/src/stage/volume/ray_caster";
import { serve } from "./harness.mjs";

interface Volume {
  size: [number, number, number];
  spacing_mm: [number, number, number];
  values: Uint8Array;
}

interface View {
  right: number[];
  up: number[];
  back: number[];
}

interface Look {
  transfer: { at: number; color: [number, number, number]; opacity: number }[];
  lit: boolean;
  half_height_mm: number;
  light: { ambient: number; diffuse: number; specular: number; power: number };
}

const DISTANCE_MM = 1000;

serve(
  async (canvas: HTMLCanvasElement, volume: Volume, look: Look) => {
    const gl = canvas.getContext("webgl2") as WebGL2RenderingContext;
    const { size, spacing_mm: spacing } = volume;
    const indexToWorld = new Float32Array(16);
    for (let axis = 0; axis < 3; axis++) {
      indexToWorld[5 * axis] = spacing[axis] as number;
      indexToWorld[12 + axis] = (-((size[axis] as number) - 1) / 2) * (spacing[axis] as number);
    }
    indexToWorld[15] = 1;
    const caster = new RayCaster(gl, { size, values: volume.values, indexToWorld });
    caster.setTransfer(look.transfer);
    const { ambient, diffuse, specular, power } = look.light;
    const height = 2 * look.half_height_mm;
    const projection = orthographic(height, height, 1, 2 * DISTANCE_MM);
    return {
      gl,
      draw({ right, up, back }: View) {
        const view = new Float32Array(16);
        [right, up, back].forEach((axis, row) => {
          for (let column = 0; column < 3; column++) view[4 * column + row] = axis[column] as number;
        });
        view[14] = -DISTANCE_MM;
        view[15] = 1;
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.clearColor(0, 0, 0, 1);
        gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
        caster.draw(
          { projection, view, viewport: [0, 0, canvas.width, canvas.height] },
          {
            mode: "composite",
            lit: look.lit,
            stepVoxels: 1,
            shading: { ambient, diffuse, specular, shininess: power },
          },
        );
      },
    };
  },
  (source: string) => /vDirection/.test(source),
);
