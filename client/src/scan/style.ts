/** The look of the view. A sheet made by script: the page's policy allows no other. */
const CSS = `
/* Twice, so that it outweighs what the page says of the place. */
div.scan.scan { display: grid; grid-template: auto 1fr / minmax(0, 1fr) 17rem; gap: 1rem; height: auto; min-height: 0; overflow: visible;
  background: none; border-radius: 0; color: var(--ink, #2b2722); text-align: start; font-variant-numeric: tabular-nums; }
.scan * { box-sizing: border-box; }
.scan [hidden] { display: none !important; }
.scan .stage { position: relative; width: 100%; height: min(70vh, 42rem); min-height: 20rem; background: #0f0e0d; border-radius: .6rem; overflow: hidden; color: #ece7df; }
.scan canvas { display: block; width: 100%; height: 100%; cursor: grab; touch-action: none; }
.scan canvas:active { cursor: grabbing; }
.scan :focus-visible { outline: 3px solid var(--accent, #1c594c); outline-offset: 2px; }
.scan canvas:focus-visible { outline: 3px solid #8ec0b2; outline-offset: -3px; }
.scan .over { position: absolute; pointer-events: none; }
.scan .warning { position: absolute; left: .75rem; bottom: .75rem; margin: 0; pointer-events: none; padding: .1rem .6rem; border-radius: 99px;
  background: #f9e3cf; color: #55290a; font-size: .8rem; font-weight: 600; }
.scan .compass { position: absolute; inset: 0; pointer-events: none; font-weight: 600; }
.scan .letter { position: absolute; text-shadow: 0 0 3px #000, 0 0 3px #000; }
.scan .letter.top { top: .5rem; left: 50%; transform: translateX(-50%); }
.scan .letter.bottom { bottom: .5rem; left: 50%; transform: translateX(-50%); }
.scan .letter.left { left: .75rem; top: 50%; transform: translateY(-50%); }
.scan .letter.right { right: .75rem; top: 50%; transform: translateY(-50%); }
.scan .compass svg { position: absolute; right: .5rem; bottom: .5rem; width: 4.5rem; height: 4.5rem; }
.scan .compass polygon { fill: #2f7566; stroke: #ece7df; stroke-width: 1; stroke-linejoin: round; }
.scan .compass text { fill: #fff; font: 600 20px system-ui, sans-serif; text-anchor: middle; dominant-baseline: central; }
.scan .message { position: absolute; inset: 0; display: grid; place-content: center; gap: .75rem; justify-items: center; padding: 2rem; text-align: center; margin: 0; background: #0f0e0d; }
.scan .message p { margin: 0; max-width: 30rem; }
.scan progress { width: 14rem; accent-color: #8ec0b2; }
.scan .seen { grid-column: 1; margin: -.4rem 0 0; max-width: none; font-size: .85rem; color: var(--muted, #675e52); }
.scan .panel { grid-row: 1 / span 2; grid-column: 2; display: flex; flex-direction: column; gap: .9rem; font-size: .9rem; min-width: 0; }
.scan fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: grid; gap: .35rem; }
.scan legend { padding: 0; margin-bottom: .3rem; font-weight: 600; }
.scan label { display: flex; align-items: center; gap: .5rem; min-height: 1.6rem; }
.scan label.tall { display: grid; gap: .15rem; }
.scan .row { display: flex; justify-content: space-between; gap: .5rem; }
.scan .told { color: var(--muted, #675e52); }
.scan select, .scan button { font: inherit; color: inherit; background: var(--raised, #fff); border: 1px solid var(--control-edge, #8b8377); border-radius: .4rem; padding: .25rem .55rem; min-height: 2rem; }
.scan select { width: 100%; }
.scan button { cursor: pointer; }
.scan fieldset:disabled { opacity: .5; }
.scan button:disabled { cursor: default; }
.scan button:hover:enabled { background: var(--accent-soft, #eef6f3); }
.scan input { accent-color: var(--accent, #1c594c); margin: 0; }
.scan input[type=range] { width: 100%; min-height: 1.5rem; }
.scan .buttons { display: grid; grid-template-columns: repeat(3, 1fr); gap: .35rem; }
.scan .buttons.four { grid-template-columns: repeat(4, 1fr); }
.scan .swatch { flex: none; width: .8em; height: .8em; border-radius: .25em; margin: 0; }
.scan .list { max-height: 11rem; overflow-y: auto; display: grid; gap: .1rem; padding: 3px; margin: -3px; }
@media (max-width: 46rem) {
  div.scan.scan { grid-template: none / minmax(0, 1fr); }
  .scan .panel { grid-row: auto; grid-column: 1; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); }
  .scan .seen { grid-row: auto; }
}
@media print { div.scan.scan { grid-template: none / minmax(0, 1fr); } .scan .panel { display: none; } }
`;

export function addStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
