"""How pictures look. Colours are extra: kinds differ by shape and word, and what is void by dashes and a cross."""

STYLE = """\
.picture { color: #1b1f24; background: #ffffff; max-width: 100%; height: auto; }
.picture .shape { fill: #ffffff; }
.picture .node-identity .shape, .picture .node-issuer .shape, .picture .node-principal .shape { fill: #e7f1fb; }
.picture .node-token .shape, .picture .node-audience .shape { fill: #e9f5ea; }
.picture .node-decision .shape, .picture .node-policy .shape, .picture .node-mapping .shape { fill: #f6f3e6; }
.picture .node-approval .shape, .picture .node-client .shape { fill: #f1ebf9; }
.picture .node-revocation .shape, .picture .node-refusal .shape { fill: #fbe9e7; }
.picture .edge-label { stroke: #ffffff; }
@media (prefers-color-scheme: dark) {
.picture { color: #e6e8eb; background: #15181c; }
.picture .shape { fill: #15181c; }
.picture .node-identity .shape, .picture .node-issuer .shape, .picture .node-principal .shape { fill: #16324a; }
.picture .node-token .shape, .picture .node-audience .shape { fill: #16391d; }
.picture .node-decision .shape, .picture .node-policy .shape, .picture .node-mapping .shape { fill: #38331a; }
.picture .node-approval .shape, .picture .node-client .shape { fill: #31234a; }
.picture .node-revocation .shape, .picture .node-refusal .shape { fill: #4a1f1a; }
.picture .edge-label { stroke: #15181c; }
}
"""
"""The stylesheet of a page that shows a picture as it is: `svg(..., styled=False)`."""
