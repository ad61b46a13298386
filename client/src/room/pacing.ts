/** Keeps at most one picture under way on the graphics card, so that a stop never waits behind others. */

export class Pacing {
  private readonly gl: WebGL2RenderingContext;
  private under: WebGLSync | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
  }

  /** Whether the last picture is done, so that the next may begin. */
  get free(): boolean {
    const { gl, under } = this;
    if (under === null) return true;
    if (gl.getSyncParameter(under, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) return false;
    gl.deleteSync(under);
    this.under = null;
    return true;
  }

  /** A picture was handed to the graphics card. */
  submitted(): void {
    const { gl, under } = this;
    if (under !== null) gl.deleteSync(under);
    this.under = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
  }
}
