import { Niivue, NVImage } from "@niivue/niivue";
import { serve } from "./harness.mjs";

/** The volume as a NIfTI-1 file, which is what Niivue reads. */
function nifti({ size, spacing_mm, values }) {
  const file = new Uint8Array(352 + values.length);
  const header = new DataView(file.buffer);
  header.setInt32(0, 348, true);
  [3, ...size, 1, 1, 1, 1].forEach((count, at) => header.setInt16(40 + 2 * at, count, true));
  header.setInt16(70, 2, true); // uint8
  header.setInt16(72, 8, true);
  [1, ...spacing_mm, 1, 1, 1, 1].forEach((length, at) => header.setFloat32(76 + 4 * at, length, true));
  header.setFloat32(108, 352, true);
  header.setFloat32(112, 1, true);
  header.setFloat32(124, 255, true);
  header.setUint8(123, 2); // mm
  header.setInt16(254, 1, true);
  for (let axis = 0; axis < 3; axis++) {
    header.setFloat32(280 + 16 * axis + 4 * axis, spacing_mm[axis], true);
    header.setFloat32(280 + 16 * axis + 12, (-(size[axis] - 1) / 2) * spacing_mm[axis], true);
  }
  file.set([0x6e, 0x2b, 0x31, 0], 344);
  file.set(values, 352);
  return file.buffer;
}

/** Its table of colours: opacity is that of one voxel, for Niivue steps by voxels. */
function colormap(transfer, voxel_mm) {
  // Opacities are not straight lines between points once they are those of a voxel that is not 1 mm, so every
  // value has a point of its own.
  const dense = Array.from({ length: 256 }, (_, index) => index);
  const between = (index, value) => {
    const at = index / 255;
    const after = Math.max(1, transfer.findIndex((point) => point.at >= at));
    const [a, b] = [transfer[after - 1], transfer[after]];
    return value(a) + ((value(b) - value(a)) * (at - a.at)) / (b.at - a.at);
  };
  return {
    R: dense.map((index) => Math.round(255 * between(index, (point) => point.color[0]))),
    G: dense.map((index) => Math.round(255 * between(index, (point) => point.color[1]))),
    B: dense.map((index) => Math.round(255 * between(index, (point) => point.color[2]))),
    A: dense.map((index) => Math.round(255 * (1 - (1 - between(index, (point) => point.opacity)) ** voxel_mm))),
    I: dense,
  };
}

serve(async (canvas, volume, look) => {
  const niivue = new Niivue({
    isResizeCanvas: false,
    show3Dcrosshair: false,
    isOrientCube: false,
    isOrientationTextVisible: false,
    isColorbar: false,
    isRuler: false,
    backColor: [0, 0, 0, 1],
    dragAndDropEnabled: false,
    forceDevicePixelRatio: 1,
    logLevel: "error",
  });
  await niivue.attachToCanvas(canvas, false);
  niivue.setSliceType(niivue.sliceTypeRender);
  niivue.addColormap("benchmark", colormap(look.transfer, look.step_mm));
  const image = await NVImage.loadFromUrl({
    url: URL.createObjectURL(new Blob([nifti(volume)])),
    name: "volume.nii",
    colormap: "benchmark",
    cal_min: 0,
    cal_max: 255,
  });
  niivue.addVolume(image);
  image.cal_min = 0;
  image.cal_max = 255;
  niivue.updateGLVolume();
  if (look.lit) {
    await niivue.setVolumeRenderIllumination(0.6);
  }
  niivue.setPivot3D();
  niivue.scene.volScaleMultiplier = (0.8 * niivue.furthestFromPivot) / look.half_height_mm;
  return {
    gl: niivue.gl,
    draw({ azimuth, elevation }) {
      niivue.scene.renderAzimuth = azimuth;
      niivue.scene.renderElevation = elevation;
      niivue.drawScene();
    },
  };
}, (source) => /GetBackPosition/.test(source));
