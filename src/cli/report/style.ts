/** The style of the page. Every text has a contrast of 4.5 : 1 or more; nothing is shown by color alone. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #fff; --sunk: #f1efe9; --ink: #1d1e24; --faint: #5a5d69; --line: #d9d6cd;
  --accent: #3446b8; --good: #1b7f43; --bad: #b3261e; --most: 62%;
  --l0: #3446b8; --l1: #b85000; --l2: #1b7f43; --l3: #8431a5; --l4: #0a66b2; --l5: #1d1e24;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14151a; --card: #1c1e25; --sunk: #262932; --ink: #eceaf0; --faint: #a9acb8; --line: #353945;
    --accent: #a5b4ff; --good: #5fcf8c; --bad: #ff8a80; --most: 38%;
    --l0: #a5b4ff; --l1: #ffa352; --l2: #5fcf8c; --l3: #d08cf0; --l4: #6cb8ff; --l5: #eceaf0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 40px 24px 48px; max-width: 1080px; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
h1, h2, h3, p, figure, dl, dd, ul { margin: 0; padding: 0; }
h1 { font: 600 34px/1.2 ui-serif, Charter, 'Iowan Old Style', 'Noto Serif', Georgia, 'Times New Roman', serif; overflow-wrap: anywhere; }
h2 { font-size: 21px; line-height: 1.3; font-weight: 650; margin-bottom: 18px; }
h3 { font-size: 15px; font-weight: 650; line-height: 1.4; overflow-wrap: anywhere; }
h3.target { font-size: 18px; margin-top: 8px; }
b { font-weight: 650; }
.lede { max-width: 68ch; margin-top: 10px; font-size: 17px; color: var(--faint); overflow-wrap: anywhere; }
section { margin-top: 24px; padding: 24px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 28px 32px; align-items: start; }
.columns > * { min-width: 0; }
.aside { margin-top: 8px; max-width: 74ch; font-size: 13.5px; color: var(--faint); }
/* a shadow at the edge beyond which there is more */
.scroll {
  overflow-x: auto;
  background:
    linear-gradient(90deg, var(--card) 40%, transparent) 0 0 / 32px 100%, linear-gradient(270deg, var(--card) 40%, transparent) 100% 0 / 32px 100%,
    linear-gradient(90deg, var(--line), transparent) 0 0 / 10px 100%, linear-gradient(270deg, var(--line), transparent) 100% 0 / 10px 100%;
  background-repeat: no-repeat; background-attachment: local, local, scroll, scroll;
}
.after { margin-top: 24px; }

.figures { display: flex; flex-wrap: wrap; gap: 14px 36px; margin-top: 24px; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { font-size: 13.5px; color: var(--faint); }
.figures dd { font-size: 28px; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figures.small { margin: 8px 0 20px; }
.figures.small dd { font-size: 20px; }

.chart > svg { display: block; width: 100%; height: auto; margin-top: 4px; overflow: visible; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 20px; margin-bottom: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; font-size: 13.5px; color: var(--faint); }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
.legend svg { vertical-align: 1px; overflow: visible; }
svg text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; fill: var(--faint); }
.grid line { stroke: var(--line); stroke-width: 1; }
.base { stroke: var(--faint); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: butt; }
.line path { fill: none; stroke-width: 2; }
.training, .l0 { stroke: var(--l0); }
.validation { stroke: var(--ink); stroke-dasharray: 6 4; }
.l1 { stroke: var(--l1); stroke-dasharray: 7 3; }
.l2 { stroke: var(--l2); stroke-dasharray: 2 3; }
.l3 { stroke: var(--l3); stroke-dasharray: 9 3 2 3; }
.l4 { stroke: var(--l4); stroke-dasharray: 12 4; }
.l5 { stroke: var(--l5); stroke-dasharray: 4 2 1 2; }
.dot { fill: var(--card); stroke-width: 2; stroke-dasharray: none; }
.mark { fill: var(--card); stroke: var(--ink); stroke-width: 2; }
.ideal { stroke: var(--ink); stroke-width: 1.25; stroke-dasharray: 5 4; }
.points circle { fill: var(--accent); fill-opacity: 0.5; }
.bins rect { fill: var(--accent); fill-opacity: 0.75; }

table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th { font-weight: 600; text-align: left; }
th span { display: block; max-width: 20ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.numbers { width: 100%; }
.numbers th, .numbers td { padding: 6px 0 6px 16px; border-bottom: 1px solid var(--line); white-space: nowrap; text-align: right; vertical-align: top; }
.numbers th:first-child { padding-left: 0; text-align: left; }
.numbers .word { text-align: left; }
.numbers thead th { font-weight: 400; color: var(--faint); vertical-align: bottom; }
.bar { display: block; width: 100%; min-width: 56px; height: 4px; margin-top: 3px; }
.bar rect { fill: var(--accent); }
.bar .track { fill: var(--sunk); }
.confusion table { border-collapse: separate; border-spacing: 2px; min-width: 60%; }
.confusion th { padding: 2px 5px; }
.confusion thead th { text-align: center; }
.confusion thead span { max-width: 12ch; margin: 0 auto; }
.confusion tbody th { text-align: right; }
.confusion tbody span { margin-left: auto; }
.confusion .over { font-weight: 400; color: var(--faint); }
.confusion td { padding: 5px 4px; border-radius: 3px; text-align: center; min-width: 32px; }
.confusion tbody td { background: color-mix(in srgb, var(--hue) calc(var(--share) * var(--most)), var(--sunk)); }
.right { --hue: var(--good); font-weight: 700; outline: 1.5px solid var(--ink); outline-offset: -1.5px; }
.wrong { --hue: var(--bad); }
.s0 { --share: 0; } .s1 { --share: 0.12; } .s2 { --share: 0.24; } .s3 { --share: 0.36; } .s4 { --share: 0.48; }
.s5 { --share: 0.6; } .s6 { --share: 0.74; } .s7 { --share: 0.87; } .s8 { --share: 1; }
td.s0 { color: var(--faint); font-weight: 400; }
.plain { list-style: none; margin-top: 6px; }
.plain i { font-style: normal; font-weight: 600; unicode-bidi: isolate; overflow-wrap: anywhere; }

.verdict { margin-bottom: 18px; padding: 12px 16px; border-left: 4px solid var(--good); background: var(--sunk); border-radius: 0 6px 6px 0; list-style: none; overflow-wrap: anywhere; }
.verdict.bad { border-color: var(--bad); }
.verdict li + li { margin-top: 8px; }
.drawing { margin-bottom: 16px; }
.network { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.network.wide { min-width: 540px; }
.network circle { fill: var(--card); stroke: var(--accent); stroke-width: 1.75; }
.network .edges { fill: none; stroke: var(--accent); stroke-opacity: 0.22; stroke-width: 0.8; }
.network .count { font-weight: 650; font-size: 14px; fill: var(--ink); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 14px 32px; }
.facts dt { font-size: 13.5px; color: var(--faint); }
.facts dd { overflow-wrap: anywhere; unicode-bidi: isolate; }
code { font: 13.5px/1.5 ui-monospace, 'SF Mono', 'Cascadia Mono', 'Noto Sans Mono', 'DejaVu Sans Mono', Menlo, monospace; }
footer { margin-top: 28px; font-size: 13.5px; color: var(--faint); }

@media (max-width: 520px) {
  body { padding: 24px 12px 32px; }
  section { padding: 18px 14px; }
  h1 { font-size: 28px; }
  .figures { gap: 12px 26px; }
  .figures dd { font-size: 23px; }
  .numbers th, .numbers td { padding-left: 9px; }
  table { font-size: 13px; }
  .bar { min-width: 40px; }
  .confusion td { min-width: 26px; padding: 5px 2px; }
  .confusion thead span { max-width: 8ch; }
  .confusion tbody span { max-width: 12ch; }
}
@media print {
  :root {
    --paper: #fff; --card: #fff; --sunk: #f1efe9; --ink: #1d1e24; --faint: #4a4d59; --line: #d9d6cd;
    --accent: #3446b8; --good: #1b7f43; --bad: #b3261e; --most: 62%;
    --l0: #3446b8; --l1: #b85000; --l2: #1b7f43; --l3: #8431a5; --l4: #0a66b2; --l5: #1d1e24;
  }
  body { padding: 0; max-width: none; font-size: 11pt; }
  section { border: 0; padding: 0; break-inside: auto; }
  figure, tr, .verdict, .facts div { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
