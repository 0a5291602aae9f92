/* One colour for each meaning: --data what is measured, --pick what is chosen or
 * recommended, --minus negative parts, --muted references. Text on each has a contrast of
 * at least 4.5 in both themes. */
#include "report/page/style.h"
#include <stddef.h>

#define LIGHT                                                                            \
    "color-scheme:light;--bg:#fff;--panel:#f6f7f9;--ink:#1a1d21;--muted:#565e6b;"        \
    "--line:#d4d8de;--data:#1f5fa8;--pick:#a84c08;--minus:#a3262f;--plus-rgb:31,95,168;" \
    "--minus-rgb:163,38,47;"
#define DARK                                                                             \
    "color-scheme:dark;--bg:#14171b;--panel:#1b1f25;--ink:#e8eaed;--muted:#a9b2bf;"      \
    "--line:#363c46;--data:#7db3f0;--pick:#f0a35e;--minus:#f2959a;"                      \
    "--plus-rgb:125,179,240;--minus-rgb:242,149,154;"

const char *const rg_report_style[] = {
    ":root{" LIGHT "}"
    "@media(prefers-color-scheme:dark){:root{" DARK "}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--bg);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    "header,main,nav,footer{max-width:1500px;margin:0 auto;padding:0 16px}"
    "header{padding-top:28px}h1{font-size:26px;line-height:1.2;margin:0 0 6px;"
    "overflow-wrap:anywhere}h2{font-size:20px;margin:0 0 4px;padding-top:26px;"
    "border-top:1px solid var(--line)}h3{font-size:16px;margin:0;line-height:1.35}"
    "p{margin:0 0 8px;max-width:75ch}.lead{color:var(--muted)}"
    "section{margin-top:26px}section>p{color:var(--muted)}"
    "nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:8px 0;"
    "margin:0}nav a{display:inline-block;padding:4px 0}a{color:var(--data)}"
    "a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid "
    "var(--pick);outline-offset:2px}"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;"
    "margin:14px 0}dl div{border-left:3px solid var(--line);padding-left:10px}"
    "dt{color:var(--muted);font-size:14px}dd{margin:0;font-size:20px;font-weight:600;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,350px),"
    "1fr));gap:28px 32px;align-items:start;margin-top:12px}"
    "figure{margin:0;min-width:0}.wide{grid-column:1/-1}"
    "figcaption p{color:var(--muted);font-size:14px;margin:2px 0 6px}"
    ".missing{background:var(--panel);border-left:3px solid var(--line);"
    "padding:10px 12px;margin:6px 0}",
    "svg{display:block;width:100%;max-width:470px;height:auto;overflow:visible}"
    "svg text{font-size:12px;fill:var(--ink);font-variant-numeric:tabular-nums}"
    "svg .m{fill:var(--muted)}svg .e{text-anchor:end}svg .c{text-anchor:middle}"
    "svg .halo{paint-order:stroke;stroke:var(--bg);stroke-width:3px;"
    "stroke-linejoin:round}"
    ".d{fill:var(--data)}.p{fill:var(--pick)}.r{fill:var(--muted)}text.p{fill:var(--pick)"
    "}"
    "text.d{fill:var(--data)}"
    ".ax{stroke:var(--line);stroke-width:1;fill:none}"
    ".ld{stroke:var(--data);stroke-width:2;fill:none}"
    ".lp{stroke:var(--pick);stroke-width:2;fill:none}"
    ".lr{stroke:var(--muted);stroke-width:1;stroke-dasharray:4 3;fill:none}"
    ".wh{stroke:var(--ink);stroke-width:1.2;fill:none}"
    ".br{fill:var(--muted);fill-opacity:.25}.bd{fill:var(--data);fill-opacity:.35}.bp{"
    "fill:var(--pick);fill-opacity:.45}"
    "details{margin-top:6px;font-size:14px}summary{cursor:pointer;color:var(--data);"
    "padding:4px 0;width:fit-content}"
    ".scroll{overflow-x:auto;max-width:100%}",
    "table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}"
    "th,td{padding:3px 9px;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:bottom}td.n,th.n{text-align:right;white-space:nowrap}"
    "th{font-weight:600}"
    ".heat td{text-align:right;padding:4px 6px;white-space:nowrap;"
    "border:1px solid var(--bg)}.heat th{max-width:230px;overflow-wrap:break-word;"
    "font-weight:500}.heat tbody th{min-width:110px;position:sticky;left:0;"
    "background:var(--bg)}.heat thead th{text-align:center}.heat .v{margin:0 auto}"
    ".heat .v{writing-mode:vertical-rl;transform:rotate(180deg);max-height:150px;"
    "white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding:4px 2px}"
    ".heat td.sum{font-weight:600;border-left:2px solid var(--line)}"
    ".a1{background:rgba(var(--plus-rgb),.07)}.a2{background:rgba(var(--plus-rgb),.14)}"
    ".a3{background:rgba(var(--plus-rgb),.21)}.a4{background:rgba(var(--plus-rgb),.28)}"
    ".a5{background:rgba(var(--plus-rgb),.35)}"
    ".z1{background:rgba(var(--minus-rgb),.07)}"
    ".z2{background:rgba(var(--minus-rgb),.14)}"
    ".z3{background:rgba(var(--minus-rgb),.21)}"
    ".z4{background:rgba(var(--minus-rgb),.28)}"
    ".z5{background:rgba(var(--minus-rgb),.35)}"
    "footer{margin:36px auto;color:var(--muted);font-size:14px}"
    "@media print{:root{" LIGHT "}nav{display:none}body{font-size:11pt;"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}figure,dl{break-inside:"
    "avoid}h2{break-after:avoid}.grid{grid-template-columns:1fr 1fr}.scroll{overflow:"
    "visible}details:not([open]){display:none}.heat{font-size:6.5pt}.heat td,.heat th{"
    "padding:1px}.heat tbody th{min-width:0}}",
    NULL};
