"""Charts as inline SVG, drawn at build time: what a page shows at once and without JavaScript.

Colours come from the style sheet's classes `wb-c0` … `wb-c7`; shapes repeat the order of chart-figures.js.
"""
