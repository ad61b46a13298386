import * as THREE from "three";
import type { Scene, SceneSetting } from "../../stage/scene";
export function makeCalm(_: SceneSetting): Scene<object> { const root = new THREE.Group(); return { root, standpoint: root, background: null, fog: null, panelAnchor: root, update() {}, dispose() {} }; }
