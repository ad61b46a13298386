/** Frees what a group draws with. */
import * as THREE from "three";

/** Disposes every geometry, material and texture under `root`. */
export function disposeTree(root: THREE.Object3D): void {
  const freed = new Set<{ dispose(): void }>();
  const free = (thing: { dispose(): void }) => {
    if (!freed.has(thing)) thing.dispose();
    freed.add(thing);
  };
  root.traverse((node) => {
    if (node instanceof THREE.InstancedMesh) node.dispose();
    if (!(node instanceof THREE.Mesh)) return;
    free(node.geometry);
    for (const material of Array.isArray(node.material) ? node.material : [node.material]) {
      if (material instanceof THREE.ShaderMaterial) {
        for (const uniform of Object.values(material.uniforms)) {
          if (uniform.value instanceof THREE.Texture) free(uniform.value);
        }
      }
      free(material);
    }
  });
  root.clear();
}
