import "@kitware/vtk.js/Rendering/Profiles/Volume";
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray";
import vtkImageData from "@kitware/vtk.js/Common/DataModel/ImageData";
import vtkPiecewiseFunction from "@kitware/vtk.js/Common/DataModel/PiecewiseFunction";
import vtkColorTransferFunction from "@kitware/vtk.js/Rendering/Core/ColorTransferFunction";
import vtkRenderer from "@kitware/vtk.js/Rendering/Core/Renderer";
import vtkRenderWindowInteractor from "@kitware/vtk.js/Rendering/Core/RenderWindowInteractor";
import vtkRenderWindow from "@kitware/vtk.js/Rendering/Core/RenderWindow";
import vtkVolume from "@kitware/vtk.js/Rendering/Core/Volume";
import vtkVolumeMapper from "@kitware/vtk.js/Rendering/Core/VolumeMapper";
import vtkOpenGLRenderWindow from "@kitware/vtk.js/Rendering/OpenGL/RenderWindow";
import { serve } from "./harness.mjs";

serve(async (canvas, volume, look) => {
  const window = vtkRenderWindow.newInstance();
  const renderer = vtkRenderer.newInstance({ background: [0, 0, 0] });
  window.addRenderer(renderer);
  const screen = vtkOpenGLRenderWindow.newInstance();
  screen.setContainer(canvas.parentElement);
  canvas.remove(); // vtk.js brings its own
  screen.setSize(canvas.width, canvas.height);
  window.addView(screen);
  const interactor = vtkRenderWindowInteractor.newInstance(); // its volume mapper asks it whether it moves
  interactor.setView(screen);
  interactor.initialize();

  const image = vtkImageData.newInstance();
  image.setDimensions(volume.size);
  image.setSpacing(volume.spacing_mm);
  image.setOrigin(volume.size.map((count, axis) => (-(count - 1) / 2) * volume.spacing_mm[axis]));
  image.getPointData().setScalars(vtkDataArray.newInstance({ values: volume.values, numberOfComponents: 1 }));

  const mapper = vtkVolumeMapper.newInstance();
  mapper.setInputData(image);
  mapper.setAutoAdjustSampleDistances(false);
  mapper.setImageSampleDistance(1);
  mapper.setSampleDistance(look.step_mm);
  mapper.setMaximumSamplesPerRay(10_000);

  const colors = vtkColorTransferFunction.newInstance();
  const opacities = vtkPiecewiseFunction.newInstance();
  for (const { at, color, opacity } of look.transfer) {
    colors.addRGBPoint(at * 255, ...color);
    opacities.addPoint(at * 255, opacity);
  }
  const actor = vtkVolume.newInstance();
  actor.setMapper(mapper);
  const property = actor.getProperty();
  property.setRGBTransferFunction(0, colors);
  property.setScalarOpacity(0, opacities);
  property.setScalarOpacityUnitDistance(0, 1);
  property.setInterpolationTypeToLinear();
  property.setShade(look.lit);
  property.setAmbient(look.light.ambient);
  property.setDiffuse(look.light.diffuse);
  property.setSpecular(look.light.specular);
  property.setSpecularPower(look.light.power);
  renderer.addVolume(actor);

  const camera = renderer.getActiveCamera();
  camera.setParallelProjection(true);
  return {
    get gl() {
      return screen.getContext();
    },
    draw({ up, back }) {
      camera.setFocalPoint(0, 0, 0);
      camera.setPosition(...back.map((part) => part * 1000));
      camera.setViewUp(...up);
      camera.setParallelScale(look.half_height_mm);
      renderer.resetCameraClippingRange();
      window.render();
    },
  };
}, (source) => /applyBlend|volumeTexture/.test(source));
