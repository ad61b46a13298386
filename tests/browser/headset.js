// Emulates a Meta Quest 3 before the page asks for navigator.xr. Runs after IWER itself, in every frame.
// Tests move it through `window.headset`: position, quaternion, controllers, hands, primaryInputMode.
(() => {
  const { XRDevice, XRSession, metaQuest3 } = globalThis.IWER;

  // IWER 2.5 fires 'select' before 'selectstart', on press. WebXR fires selectstart on press and select just
  // before selectend, on release, as headsets do. The same holds for squeeze.
  const { dispatchEvent } = EventTarget.prototype;
  XRSession.prototype.dispatchEvent = function (event) {
    if (event.type === "select" || event.type === "squeeze") return true;
    if (event.type === "selectend" || event.type === "squeezeend") {
      const { frame, inputSource } = event;
      const action = event.type.slice(0, -"end".length);
      dispatchEvent.call(this, new event.constructor(action, { frame, inputSource }));
    }
    return dispatchEvent.call(this, event);
  };

  const headset = new XRDevice(metaQuest3, { stereoEnabled: true });
  // Desktop Chromium has a navigator.xr of its own, which IWER does not replace unless told to.
  headset.installRuntime({ forceInstall: true, polyfillLayers: false });
  headset.position.set(0, 1.6, 0);
  headset.controllers.right.position.set(0.25, 1.35, -0.35);
  headset.controllers.left.position.set(-0.25, 1.35, -0.35);
  headset.hands.right.position.set(0.22, 1.4, -0.4);
  headset.hands.left.position.set(-0.22, 1.4, -0.4);
  globalThis.headset = headset;
})();
